// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/mpi_session.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdlib>
#include <exception>

#if HPCADVISE_HAVE_MPI
#include <mpi.h>
#endif

namespace hpcadvise::probes::runner {

bool started_by_mpi_launcher() {
  constexpr std::array variables = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMI_RANK", "PMIX_RANK", "MPI_LOCALNRANKS"};
  return std::ranges::any_of(variables, [](char const* name) { return std::getenv(name) != nullptr; });
}

#if HPCADVISE_HAVE_MPI

std::string mpi_library() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);  // allowed before MPI_Init
  std::string const version(text.data(), std::size_t(length));
  return version.substr(0, version.find_first_of(",\n"));
}

MpiSession::MpiSession(bool wanted) : active_(wanted) {
  if (!active_) return;
  int provided = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided);
  takes_other_threads_ = provided >= MPI_THREAD_SERIALIZED;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
  if (size_ == 1) return;
  MPI_Comm node = MPI_COMM_NULL;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  MPI_Comm_rank(node, &local_rank_);
  MPI_Comm_size(node, &ranks_a_node_);
  MPI_Comm_free(&node);
  MPI_Allreduce(MPI_IN_PLACE, &ranks_a_node_, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
}

MpiSession::~MpiSession() {
  if (active_) MPI_Finalize();
}

void MpiSession::align() const {
  if (size_ > 1) MPI_Barrier(MPI_COMM_WORLD);
}

double MpiSession::slowest(double value) const {
  if (size_ > 1) MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return value;
}

std::string MpiSession::first_of(std::string const& problem) const {
  if (size_ == 1) return problem;
  int const speaker = problem.empty() ? size_ : rank_;
  int first = size_;
  MPI_Allreduce(&speaker, &first, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
  if (first == size_) return {};
  std::array<char, 512> text{};
  if (rank_ == first) problem.copy(text.data(), text.size() - 1);
  MPI_Bcast(text.data(), int(text.size()), MPI_CHAR, first, MPI_COMM_WORLD);
  return (first == 0 ? "" : "rank " + std::to_string(first) + ": ") + text.data();
}

void MpiSession::share(std::span<char> bytes) const {
  if (size_ > 1) MPI_Bcast(bytes.data(), int(bytes.size()), MPI_CHAR, 0, MPI_COMM_WORLD);
}

#else

std::string mpi_library() { return ""; }
MpiSession::MpiSession(bool) {}
MpiSession::~MpiSession() = default;
void MpiSession::align() const {}
double MpiSession::slowest(double value) const { return value; }
std::string MpiSession::first_of(std::string const& problem) const { return problem; }
void MpiSession::share(std::span<char>) const {}

#endif

void MpiSession::share(std::string& text) const {
  auto size = std::bit_cast<std::array<char, sizeof(std::size_t)>>(text.size());
  share(size);
  text.resize(std::bit_cast<std::size_t>(size));
  share(std::span(text));
}

std::string MpiSession::first_problem(std::function<void()> const& step) const {
  std::string problem;
  try {
    step();
  } catch (std::exception const& error) {
    problem = error.what();
    if (problem.empty()) problem = "an exception without words";
  }
  return first_of(problem);
}

}  // namespace hpcadvise::probes::runner

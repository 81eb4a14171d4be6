// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/mpi_session.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

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
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
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

#else

std::string mpi_library() { return ""; }
MpiSession::MpiSession(bool) {}
MpiSession::~MpiSession() = default;
void MpiSession::align() const {}
double MpiSession::slowest(double value) const { return value; }

#endif

bool MpiSession::everywhere(bool here) const { return slowest(here ? 0.0 : 1.0) == 0.0; }

}  // namespace hpcadvise::probes::runner

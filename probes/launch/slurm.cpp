// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/slurm.hpp"

#include "probes/deadline.hpp"
#include "probes/launch/find_program.hpp"
#include "profiles/error.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <span>

namespace hpcadvise::probes {
namespace {

constexpr int most_nodes = 100'000;

struct TypesOfMpi {
  std::string_view mpi;  // in what it says of itself, in lower case
  std::vector<std::string_view> types;
};

// slurm.schedmd.com/mpi_guide.html; of HPE's MPICH its own plugin.
TypesOfMpi const& types_of(std::string const& mpi_library) {
  static TypesOfMpi const rows[] = {{"open mpi", {"pmix"}},
                                    {"cray mpich", {"cray_shasta", "pmi2"}},
                                    {"intel", {"pmi2", "pmix"}},
                                    {"mpich", {"pmi2", "pmix"}},
                                    {"", {"pmix", "pmi2", "cray_shasta"}}};
  return *std::ranges::find_if(rows, [&](auto const& row) { return mpi_library.find(row.mpi) != mpi_library.npos; });
}

bool lists_word(std::string_view text, std::string_view word) {
  auto const is_letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  for (auto place = text.find(word); place != text.npos; place = text.find(word, place + 1)) {
    auto const end = place + word.size();
    if ((place == 0 || !is_letter(text[place - 1])) && (end == text.size() || !is_letter(text[end]))) return true;
  }
  return false;
}

}  // namespace

std::optional<SlurmAllocation> slurm_allocation() {
  if (environment_value("SLURM_JOB_ID").empty()) return std::nullopt;
  auto const text = environment_value("SLURM_JOB_NUM_NODES");
  SlurmAllocation allocation{.node_count = 0, .this_node = environment_value("SLURMD_NODENAME")};
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), allocation.node_count);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (allocation.node_count < 1 || allocation.node_count > most_nodes) return std::nullopt;
  return allocation;
}

std::vector<std::string> srun_mpi_types(std::string_view listed, std::string_view mpi_library) {
  std::string library(mpi_library);
  std::ranges::transform(library, library.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  std::vector<std::string> result;
  for (auto const type : types_of(library).types)
    if (lists_word(listed, type)) result.emplace_back(type);
  return result;
}

SrunSearch find_sruns(std::string_view path, std::string_view mpi_library, double patience_s) {
  auto const program = find_program("srun", path);
  if (!program) return {{}, "no srun in PATH", {}};
  SrunSearch result;
  try {
    auto const deadline = after(patience_s);
    auto const listed = output_of({.arguments = {program->string(), "--mpi=list"}, .environment = {}}, patience_s);
    for (auto& type : srun_mpi_types(listed, mpi_library))
      result.launchers.push_back(
          {.program = *program, .kind = MpiKind::slurm, .version = {}, .mpi_type = std::move(type)});
    if (!result.launchers.empty()) return result;
    result.problem = fmt::format("srun has no type of MPI for {}", mpi_library);
    if (seconds_until(deadline) > 0) return result;
    result.problem = fmt::format("'{} --mpi=list' gave no answer within {}", program->string(),
                                 profiles::format_seconds(patience_s));
    result.next_step = "start it by hand to see what it waits for";
  } catch (profiles::MachineError const& error) {
    result.problem = error.what();
  }
  return result;
}

std::vector<std::string> srun_options(std::string const& mpi_type, MpiJob const& job) {
  auto const& ranks = job.ranks;
  std::string_view binding = "none";
  if (job.bound && !job.oversubscribe) binding = job.binding == Binding::core ? "cores" : "ldoms";
  // A step of its own would wait for the one that this process may run in, and one of more tasks than the job has CPUs
  // would be refused.
  std::vector<std::string> options{"--mpi=" + mpi_type,
                                   "--overlap",
                                   "--overcommit",
                                   fmt::format("--nodes={}", ranks.rank_count / ranks.ranks_a_node),
                                   fmt::format("--ntasks={}", ranks.rank_count),
                                   fmt::format("--ntasks-per-node={}", ranks.ranks_a_node),
                                   "--distribution=block",
                                   fmt::format("--cpu-bind={}", binding),
                                   "--input=0",
                                   "--kill-on-bad-exit=1"};
  if (ranks.placement != Placement::nodes) options.push_back("--nodelist=" + job.node);
  return options;
}

}  // namespace hpcadvise::probes

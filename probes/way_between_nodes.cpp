// SPDX-License-Identifier: Apache-2.0
#include "probes/way_between_nodes.hpp"

#include "probes/launch/find_program.hpp"
#include "profiles/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace hpcadvise::probes {
namespace {

std::string name_of(MpiLauncher const& launcher) {
  auto const program = launcher.program.filename().string();
  return launcher.kind == MpiKind::slurm ? fmt::format("{} --mpi={}", program, launcher.mpi_type) : program;
}

// What a launcher said may be pages of banners.
std::string in_short(std::string problem) {
  constexpr std::size_t most = 600;
  std::ranges::replace(problem, '\n', ' ');
  return problem.size() > most ? problem.substr(0, most) + "..." : problem;
}

std::string asked(RankStart const& start, std::function<RunOutcome(RankStart const&)> const& ask) {
  try {
    auto const outcome = ask(start);
    return outcome.interrupted ? "interrupted" : outcome.lost;
  } catch (profiles::MachineError const& error) {
    return error.what();
  }
}

}  // namespace

WayBetweenNodes way_between_nodes(MpiJob const& job, std::vector<int> const& devices, LauncherSearch const& launchers,
                                  std::function<RunOutcome(RankStart const&)> const& ask) {
  WayBetweenNodes way;
  if (launchers.allocation->this_node.empty()) {
    way.problem =
        "hpcadvise runs outside of the nodes of its allocation: start it in a batch script, or by "
        "`srun --nodes=1 --ntasks=1 --pty hpcadvise probe`";
    return way;
  }
  auto const path = environment_value("PATH");
  auto sruns = find_sruns(path, launchers.mpi_library, launchers.patience_s);
  auto candidates = std::move(sruns.launchers);
  auto search = find_mpi_launcher(path, launchers.patience_s);
  if (search.launcher) candidates.push_back(*std::move(search.launcher));
  way.problem = in_short(sruns.problem);
  if (!search.launcher) way.problem += (way.problem.empty() ? "" : "; ") + in_short(search.problem);
  for (auto& launcher : candidates) {
    RankStart start{.job = job, .launcher = std::move(launcher), .devices = devices};
    auto const problem = asked(start, ask);
    if (problem.empty()) return {std::move(start), {}};
    if (!way.problem.empty()) way.problem += "; ";
    way.problem += fmt::format("by {}: {}", name_of(start.launcher), in_short(problem));
  }
  return way;
}

}  // namespace hpcadvise::probes

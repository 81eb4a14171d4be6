// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/bench/collective_benchmark.hpp"

#include "probes/launch/child_process.hpp"
#include "probes/launch/find_program.hpp"
#include "probes/launch/mpi_launcher.hpp"
#include "probes/runner/bench/paired_ratio.hpp"
#include "profiles/error.hpp"

#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace hpcadvise::probes::runner {
namespace {

constexpr double patience_s = 60;
constexpr int rank_count = 2;
// Each start of the ranks finds other pages and other neighbours: its ratio is its own.
constexpr int start_count = 7;

// One ratio a line.
std::vector<double> ratios_printed_by(Command const& command) {
  ChildProcess child(command);
  std::vector<double> ratios;
  for (;;) {
    auto const output = child.next_line(patience_s);
    if (output.kind != ChildProcess::Output::Kind::line) break;
    double ratio = 0;
    auto const& line = output.line;
    auto const [end, error] = std::from_chars(line.data(), line.data() + line.size(), ratio);
    if (error == std::errc() && end == line.data() + line.size()) ratios.push_back(ratio);
  }
  if (!child.end(patience_s).success() || ratios.empty())
    throw profiles::MachineError("mpirun did not come back with ratios: " + child.stderr_tail(), "");
  return ratios;
}

}  // namespace

BenchmarkResult collective_vs_bare_mpi(std::string_view operation, std::int64_t message_bytes) {
  auto const program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "hpcadvise-bench-collectives";
  if (!is_executable_file(program))
    throw profiles::MachineError("built without MPI", "Configure where an MPI is found.");
  auto const search = find_mpi_launcher(environment_value("PATH"));
  if (!search.launcher) throw profiles::MachineError(search.problem, "Load the module of an MPI.");
  MpiJob const job{.ranks = node_ranks(rank_count),
                   .oversubscribe = std::thread::hardware_concurrency() < unsigned(rank_count),
                   .as_root = geteuid() == 0};
  Command const command{{program.string(), std::string(operation), std::to_string(message_bytes)},
                        {{"OMP_NUM_THREADS", "1"}, {"OMP_PROC_BIND", "false"}}};
  std::vector<double> medians;
  for (int start = 0; start < start_count; ++start) {
    auto const ratios = ratios_printed_by(mpi_command(*search.launcher, job, command));
    medians.push_back(median_of(ratios, "ratio", "").value);
  }
  return median_of(medians, "ratio", "bare MPI loop");
}

}  // namespace hpcadvise::probes::runner

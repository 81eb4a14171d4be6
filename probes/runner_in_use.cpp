// SPDX-License-Identifier: Apache-2.0
#include "probes/runner_in_use.hpp"

#include "probes/gpu_node.hpp"
#include "probes/launch/find_program.hpp"
#include "profiles/error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hpcadvise::probes {
namespace {

int thread_count_of(ProbeRequest const& request, profiles::HostSpec const& host) {
  if (request.thread_count && *request.thread_count > host.thread_count)
    throw profiles::UsageError(
        fmt::format("{} threads on a machine with {} hardware threads", *request.thread_count, host.thread_count),
        fmt::format("give at most {}", host.thread_count));
  return request.thread_count.value_or(usable_cores(host));
}

// By the device that Kokkos takes, and where that one does not answer by the others in turn.
RunOutcome ask(RunnerInUse& runner, ProbeRequest const& request, Node const& node, RunLimits const& limits) {
  bool const of_host = runner.file.filename().string().find("-host-") != std::string::npos;
  RunSettings settings;
  // A driver that hangs must leave time for the others, and for the host.
  if (!of_host) settings.hello_timeout_s = std::max(5.0, request.budget_s / 4);
  settings.deadline = limits.deadline;
  RunListener listener;
  listener.interrupted = limits.interrupted;
  auto const answer = [&] {
    settings.command = runner_command(runner, runner.thread_count, "");
    return run_plan({}, settings, listener);
  };
  RunOutcome const first = answer();
  if (first.lost.empty() || of_host || !environment_value("KOKKOS_DEVICE_ID").empty()) return first;
  for (int ordinal = 1; ordinal < int(node.accelerators.size()); ++ordinal) {
    runner.ordinal = ordinal;
    RunOutcome const next = answer();
    if (next.lost.empty()) return next;
  }
  runner.ordinal.reset();
  return first;
}

void settle_near_device(RunnerInUse& runner, ProbeRequest const& request, Node const& node) {
  add_driver_facts(runner.hello, node.host, node.accelerators);
  runner.cpus = runner.hello.gpu->cpus;
  int const cores = core_count_of(node.host, runner.cpus);
  if (!request.thread_count && cores > 0) runner.thread_count = std::min(runner.thread_count, cores);
}

}  // namespace

int usable_cores(profiles::HostSpec const& host) {
  if (!host.cgroup_cpu_limit) return host.allowed_core_count;
  return std::clamp(static_cast<int>(std::min(*host.cgroup_cpu_limit, 1e6)), 1, host.allowed_core_count);
}

std::optional<RunnerInUse> find_runner_in_use(ProbeRequest const& request, Node const& node, RunLimits const& limits) {
  RunnerInUse runner;
  runner.thread_count = thread_count_of(request, node.host);
  auto chosen = choose_runner(runner_names(request.backend, node.accelerators, node.host.architecture), request.runners,
                              [&](std::filesystem::path const& file) {
                                runner.file = file;
                                return ask(runner, request, node, limits);
                              });
  if (chosen.interrupted) return std::nullopt;
  runner.file = chosen.file;
  runner.hello = std::move(chosen.hello);
  runner.refused = std::move(chosen.refused);
  if (request.backend != "auto" && request.backend != runner.hello.backend)
    throw profiles::MachineError(fmt::format("{} measures by the backend {}, not {}", runner.file.string(),
                                             runner.hello.backend, request.backend),
                                 "name another in HPCADVISE_RUNNER, or unset it");
  if (runner.hello.gpu) settle_near_device(runner, request, node);
  return runner;
}

// That it is alone is told too: it may have inherited variables that look like those of a launcher of ranks.
Command runner_command(RunnerInUse const& runner, int thread_count, std::string const& cpus, int rank_count) {
  Command command{.arguments = {runner.file.string(), "--plan", "-", "--ranks", std::to_string(rank_count)},
                  .environment = {{"OMP_NUM_THREADS", std::to_string(thread_count)}},
                  .cpus = cpus};
  if (runner.ordinal) command.environment["KOKKOS_DEVICE_ID"] = std::to_string(*runner.ordinal);
  return command;
}

}  // namespace hpcadvise::probes

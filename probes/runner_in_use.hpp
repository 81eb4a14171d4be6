// SPDX-License-Identifier: Apache-2.0
#pragma once

// The runner that measures this node: which one, on which device, near which cores, with how many threads.

#include "probes/choose_runner.hpp"
#include "probes/measure_machine.hpp"

namespace hpcadvise::probes {

// As discovery sees it.
struct Node {
  profiles::HostSpec host;
  std::vector<Accelerator> accelerators;
};

// What ends a run before it is done.
struct RunLimits {
  SteadyClock::time_point deadline;
  std::function<bool()> const& interrupted;
};

struct RunnerInUse {
  std::filesystem::path file;
  HelloEvent hello;
  std::optional<int> ordinal;  // of the device, where it is not the one that Kokkos takes
  std::string cpus;            // near the device; empty: all
  int thread_count = 1;
  std::vector<Refusal> refused;  // of those that were tried before it
};

// More threads than the control group's CPU time would only wait for each other.
int usable_cores(profiles::HostSpec const& host);

// The first that answers, bound to the cores near its device; nothing when it was interrupted. Throws UsageError for
// more threads than the host has, MachineError as choose_runner, and where one of another backend was asked for.
std::optional<RunnerInUse> find_runner_in_use(ProbeRequest const& request, Node const& node, RunLimits const& limits);

// Empty `cpus`: all that this process may use.
Command runner_command(RunnerInUse const& runner, int thread_count, std::string const& cpus, int rank_count = 1);

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which ranks can measure together on this machine, started by what; or why none can.

#include "probes/deadline.hpp"
#include "probes/launch/run_plan.hpp"
#include "probes/rank_plan.hpp"

#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace hpcadvise::probes {

// One way to start ranks together.
struct RankStart {
  MpiJob job;
  MpiLauncher launcher;
  // Of a node's ranks in their order, places in HelloEvent::visible_devices; of a host none.
  std::vector<int> devices{};
};

// What decides.
struct RankQuestion {
  ProbeRequest const& request;
  std::span<Probe const* const> probes;
  PlanContext const& context;
  int usable_cores = 1;
  std::vector<int> devices{};         // places of the GPUs of a kind, the measured one first; of a host none
  std::vector<int> module_devices{};  // of them, those that a module joins
  std::map<std::string, std::string> const& libraries;
  std::optional<SlurmAllocation> allocation{};
  SteadyClock::time_point budget_end{};
  // Starts ranks that only say who they are: between nodes the first way is taken that gives those that were asked for.
  std::function<RunOutcome(RankStart const&)> ask;
};

struct CollectivePlan {
  std::vector<RankStart> starts;
  std::vector<std::pair<SampleRequest, std::string>> skipped;  // what would be measured, and why it is not
  std::vector<profiles::Finding> findings;
  std::string problem;    // why there are no ranks; empty where there are, and where no probe wants them
  std::string next_step;  // what to do about that; may be empty
};

// On this node, inside a module where there is one, and over all nodes of an allocation that has several, with as many
// ranks on each as on this one, and with one on each. Throws UsageError as plan_ranks and plan_device_ranks do.
CollectivePlan plan_collectives(RankQuestion const& question);

// Null where the plan has none with these.
RankStart const* find_start(CollectivePlan const& plan, Ranks const& ranks);

// `runner` as each of the ranks, by the launcher.
Command rank_command(RankStart const& start, Command runner);

}  // namespace hpcadvise::probes

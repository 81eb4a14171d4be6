// SPDX-License-Identifier: Apache-2.0
#pragma once

// Has a plan measured, part by part: each set of ranks is a start of its own, and the GPUs of a kind are compared
// before they talk to each other.

#include "probes/collective_plan.hpp"
#include "probes/profile_recorder.hpp"
#include "probes/runner_in_use.hpp"

namespace hpcadvise::probes {

struct PlanRun {
  Node const& node;
  RunnerInUse const& runner;
  CollectivePlan const& collectives;
  std::vector<int> const& siblings;  // places in HelloEvent::visible_devices of the GPUs of a kind, the measured first
  RunLimits const& limits;
};

// What became of it.
struct RunState {
  double siblings_s = 0;     // of the budget, kept to compare the GPUs of a kind; 0: they are not, or have been
  std::string lost_sibling;  // why the GPUs cannot talk to each other; empty: they may
  bool interrupted = false;
  std::string lost;  // why nothing more can be measured; empty: it can
  std::string lost_next_step;

  bool stopped() const { return interrupted || !lost.empty(); }
};

void measure_plan(SamplePlan const& plan, PlanRun const& run, ProfileRecorder& recorder, RunState& state);

// The runner as each of these ranks.
Command command_of(RankStart const& start, RunnerInUse const& runner);

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#pragma once

// The other GPUs of the node: a few samples on all of them at once, which shows a device that is slower than its
// siblings, and what they give when all of them draw power.

#include "probes/launch/run_plan.hpp"
#include "probes/probe.hpp"

#include <functional>
#include <string>
#include <vector>

namespace hpcadvise::probes {

// Of a budget, what the siblings take when there are some.
double siblings_share_s(double budget_s);

// What all devices are to measure: of `plan` the first sample, by a vendor's library where there is one, of each probe
// that has a rate, as often as `budget_s` allows. Their parameters say that `device_count` devices measure at once.
SamplePlan siblings_plan(SamplePlan const& plan, int device_count, double budget_s);

// One device, and the runner that measures it.
struct SiblingRun {
  int device = 0;  // in MachineProfile::devices
  RunSettings settings;
};

struct SiblingResult {
  int device = 0;
  RunOutcome outcome;
  std::vector<std::pair<SampleRequest, profiles::Sample>> samples;
};

// All at once, each runner in a thread of this process: they begin when all are ready, and none waits for one that is
// gone or hangs. What cannot be started is a `lost` outcome. Throws FileError without a temporary folder.
std::vector<SiblingResult> run_siblings(SamplePlan const& plan, std::vector<SiblingRun> const& runs,
                                        std::function<bool()> const& interrupted);

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a whole training run costs: time, device-hours, energy, the machine's own billing units.

#include "advisor/step_estimate.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hpcadvise::advisor {

// Intervals are those of the step time: a step that is off by 10 % makes everything here off by 10 %.
struct RunCost {
  double tokens = 0;
  double steps = 0;     // rounded up
  Interval duration_s;  // of training steps alone: no checkpoints, no restarts, no queue
  Interval device_hours;
  std::optional<Interval> energy_kwh;  // of the devices at rated power, and of what shares it (Machine::power_note)
  std::optional<Interval> billing_units;
  std::string billing_unit;
  std::vector<std::string> notes;
};

// Nothing when job.tokens is not given.
std::optional<RunCost> cost_of_run(TrainingJob const& job, StepEstimate const& estimate, Machine const& machine);

}  // namespace hpcadvise::advisor

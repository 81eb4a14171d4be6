// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost_of_run.hpp"

#include "profiles/units.hpp"

#include <fmt/format.h>

#include <cmath>

namespace hpcadvise::advisor {
namespace {

constexpr double seconds_per_hour = 3600;

Interval scaled(Interval const& interval, double factor) {
  return {interval.median * factor, interval.low * factor, interval.high * factor};
}

// A rated power may feed more than the device: its source says so.
std::string energy_note(Machine const& machine) {
  return fmt::format("energy: {} a device, its rated power{}; what else a node draws, network and cooling come on top",
                     profiles::format_by_suffix("power_w", machine.power_w),
                     machine.power_note.empty() ? "" : fmt::format(" ({})", machine.power_note));
}

}  // namespace

std::optional<RunCost> cost_of_run(TrainingJob const& job, StepEstimate const& estimate, Machine const& machine) {
  if (!job.tokens) return std::nullopt;
  double const tokens_per_step =
      static_cast<double>(estimate.plan.global_batch) * static_cast<double>(job.sequence_length);

  RunCost cost;
  cost.tokens = *job.tokens;
  cost.steps = std::ceil(*job.tokens / tokens_per_step);
  cost.duration_s = scaled(estimate.step_time_s, cost.steps);
  cost.device_hours = scaled(cost.duration_s, static_cast<double>(estimate.plan.device_count()) / seconds_per_hour);
  cost.notes.emplace_back("training steps alone: checkpoints, evaluation, restarts and queueing come on top");
  if (machine.power_w > 0) {
    cost.energy_kwh = scaled(cost.device_hours, machine.power_w / 1000);
    cost.notes.push_back(energy_note(machine));
  }
  if (machine.billing_units_per_device_hour) {
    cost.billing_units = scaled(cost.device_hours, *machine.billing_units_per_device_hour);
    cost.billing_unit = machine.billing_unit;
  }
  return cost;
}

}  // namespace hpcadvise::advisor

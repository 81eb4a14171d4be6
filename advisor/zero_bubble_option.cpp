// SPDX-License-Identifier: Apache-2.0
#include "advisor/zero_bubble_option.hpp"

#include "profiles/units.hpp"

#include <fmt/format.h>

namespace hpcadvise::advisor {

std::string zero_bubble_option(TrainingJob const& job, StepEstimate const& estimate, Machine const& machine,
                               EstimateOptions const& options) {
  if (options.framework != FrameworkKind::unknown || estimate.plan.pipeline_parallel == 1) return {};
  ParallelPlan plan = estimate.plan;
  plan.schedule = Schedule::zero_bubble;
  plan.virtual_stages = 1;
  auto const other = estimate_step(job, plan, machine, options);
  constexpr double least_gain = 0.005;  // of a step; less is not said
  double const gain = 1 - other.step_time_s.median / estimate.step_time_s.median;
  if (!other.memory.fits() || gain < least_gain) return {};
  return fmt::format(
      "the zero-bubble schedule would take {} less: {} a step, in a framework that has it (--framework torchtitan or "
      "internevo)",
      profiles::format_ratio_as_percent(gain), profiles::format_seconds(other.step_time_s.median));
}

}  // namespace hpcadvise::advisor

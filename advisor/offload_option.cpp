// SPDX-License-Identifier: Apache-2.0
#include "advisor/offload_option.hpp"

#include "advisor/memory_verdict.hpp"
#include "advisor/plan_collector.hpp"
#include "advisor/plan_scan.hpp"
#include "advisor/plan_space.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

namespace hpcadvise::advisor {

std::string offload_option(TrainingJob const& job, StepEstimate const& best, Machine const& machine,
                           SearchOptions const& options) {
  bool const squeezed = best.plan.recompute != Recompute::none || memory_verdict(best.memory) != MemoryVerdict::roomy;
  if (!machine.host_bound || best.plan.offload != Offload::none || !squeezed) return {};
  auto const devices = best.plan.device_count();
  PlanCollector collector(1);
  scan_plans(job, devices, plan_space(job, devices, machine, options.estimate, Offload::optimizer), machine,
             options.estimate, options.prune, collector);
  auto const leaders = collector.leaders();
  constexpr double worth_saying = 0.8;  // of the step
  if (leaders.empty()) return {};
  auto const other = estimate_step(job, leaders.front().plan, machine, options.estimate);
  if (other.step_time_s.median > worth_saying * best.step_time_s.median) return {};
  return fmt::format(
      "the optimizer's state in host memory would make room for a step of {} in place of {} ({}): not proposed, for no "
      "host link was measured",
      profiles::format_seconds(other.step_time_s.median), profiles::format_seconds(best.step_time_s.median),
      to_text(other.plan));
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_search.hpp"

#include "advisor/explain.hpp"
#include "advisor/neighbours.hpp"
#include "advisor/next_measurement.hpp"
#include "advisor/offload_note.hpp"
#include "advisor/plan_collector.hpp"
#include "advisor/plan_gains.hpp"
#include "advisor/plan_order.hpp"
#include "advisor/plan_request.hpp"
#include "advisor/plan_scan.hpp"
#include "advisor/plan_space.hpp"
#include "advisor/remedies.hpp"
#include "advisor/sensitivity.hpp"
#include "advisor/zero_bubble_option.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace hpcadvise::advisor {
namespace {

NearestPlan nearest_plan(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                         EstimateOptions const& options) {
  NearestPlan nearest;
  nearest.estimate = estimate_step(job, plan, machine, options);
  auto const& memory = nearest.estimate.memory;
  nearest.over_bytes = memory.total_bytes() - memory.capacity_bytes;
  nearest.part = largest_part(memory);
  if (!memory.fits_host() && nearest.over_bytes <= 0) {
    nearest.over_bytes = memory.host_bytes - memory.host_capacity_bytes;
    nearest.part = "optimizer state on a node's host";
  }
  return nearest;
}

// On this machine if it has enough devices, else on one with more of the same.
void add_remedies(NearestPlan& nearest, TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                  EstimateOptions const& options) {
  nearest.changes = find_remedies(job, device_count, machine, options, nearest.estimate);
  for (Remedy const& change : nearest.changes) nearest.remedies.push_back(sentence(change));
  bool const more_devices_fit = std::any_of(nearest.changes.begin(), nearest.changes.end(), [&](Remedy const& change) {
    return change.estimate.plan.device_count() > device_count;
  });
  if (more_devices_fit) return;
  auto const count = zero3_count_that_fits(job, machine, options);
  if (count && *count > device_count)
    nearest.remedies.push_back(
        fmt::format("more devices than this machine has: ZeRO-3 would shard it over about {} such",
                    profiles::format_count(static_cast<double>(*count))));
}

void add_trade_offs(RankedPlans& ranked, OffloadCollector const& collector, TrainingJob const& job,
                    Machine const& machine, EstimateOptions const& options) {
  if (!ranked.recommended) return;
  auto const& recommended = ranked.plans[*ranked.recommended].estimate;
  int const recommended_complexity = complexity(recommended.plan, {machine, options.framework});
  for (ScoredPlan const& point : collector.front(recommended.plan.offload)) {
    bool const roomier = point.memory_bytes < recommended.memory.total_bytes();
    if (!roomier && point.complexity >= recommended_complexity) continue;
    bool const listed = std::any_of(ranked.plans.begin(), ranked.plans.end(),
                                    [&](RankedPlan const& plan) { return plan.estimate.plan == point.plan; });
    if (!listed) ranked.trade_offs.push_back({estimate_step(job, point.plan, machine, options), false, {}});
  }
}

void count(RankedPlans& ranked, PlanScan const& scan) {
  ranked.considered += scan.considered;
  ranked.estimated += scan.estimated;
  if (scan.too_large > 0) ranked.rejected[std::string(too_large_reason)] += scan.too_large;
  if (scan.slower > 0) ranked.rejected[std::string(slower_reason)] += scan.slower;
}

}  // namespace

RankedPlans search_plans(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                         SearchOptions const& options) {
  check_request(job, device_count, machine);
  std::size_t const keep = std::max<std::size_t>(1, options.keep);

  RankedPlans ranked;
  OffloadCollector collector(keep);
  auto const space = plan_space(job, device_count, machine, options.estimate);
  auto const scan = scan_plans(job, device_count, space, machine, options.estimate, options.prune, collector);
  count(ranked, scan);

  auto const estimates_of = [&](PlanCollector const& plans) {
    std::vector<StepEstimate> estimates;
    for (ScoredPlan const& leader : plans.leaders())
      estimates.push_back(estimate_step(job, leader.plan, machine, options.estimate));
    return estimates;
  };
  auto estimates = estimates_of(collector.on_device());
  auto const on_device = estimates.empty() ? std::nullopt : std::optional(estimates.front());
  for (auto& estimate : estimates_of(collector.on_host())) estimates.push_back(std::move(estimate));
  rank(ranked, std::move(estimates), keep, {machine, options.estimate.framework});
  add_trade_offs(ranked, collector, job, machine, options.estimate);
  for (RankedPlan& plan : ranked.plans) {
    plan.why = explain(job, plan.estimate, machine, options.estimate);
    if (plan.estimate.plan.offload != Offload::none) plan.why.push_back(offload_note(plan.estimate, on_device));
    if (!options.around) continue;
    if (auto gains = gain_sentence(plan_gains(job, plan.estimate, machine, options.estimate)); !gains.empty())
      plan.why.push_back(std::move(gains));
    if (auto option = zero_bubble_option(job, plan.estimate, machine, options.estimate); !option.empty())
      plan.why.push_back(std::move(option));
    for (auto sentence : {sensitivity_sentence(sensitivities(job, plan.estimate, machine, options.estimate)),
                          next_measurement(job, plan.estimate, machine, options.estimate)})
      if (!sentence.empty()) plan.why.push_back(std::move(sentence));
  }
  if (ranked.plans.empty() && scan.nearest) {
    ranked.nearest = nearest_plan(job, scan.nearest->plan, machine, options.estimate);
    if (options.around) add_remedies(*ranked.nearest, job, device_count, machine, options.estimate);
  }
  if (options.around) ranked.neighbours = neighbours(job, device_count, machine, options, ranked);
  return ranked;
}

}  // namespace hpcadvise::advisor

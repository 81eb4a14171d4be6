// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_order.hpp"

#include "advisor/constants.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

namespace hpcadvise::advisor {
namespace {

double headroom_bytes(StepEstimate const& estimate) {
  return estimate.memory.capacity_bytes - estimate.memory.total_bytes();
}

// Faster; at the same time simpler; then the plan's own order, so that the answer never depends on the search's.
auto speed_key(StepEstimate const& estimate) {
  auto const& plan = estimate.plan;
  return std::tuple(estimate.step_time_s.median, complexity(plan), plan.tensor_parallel, plan.pipeline_parallel,
                    plan.micro_batch, plan.sharding, plan.recompute, plan.sequence_parallel);
}

bool tied(StepEstimate const& estimate, StepEstimate const& best) {
  return std::log(estimate.step_time_s.median / best.step_time_s.median) <= constants::tie_log_ratio;
}

// No other plan kept is at least as fast, as roomy and as simple, and better in one of these.
std::vector<std::size_t> pareto_front(std::vector<RankedPlan> const& plans) {
  auto const dominates = [](StepEstimate const& left, StepEstimate const& right) {
    auto const not_worse = left.step_time_s.median <= right.step_time_s.median &&
                           headroom_bytes(left) >= headroom_bytes(right) &&
                           complexity(left.plan) <= complexity(right.plan);
    auto const better = left.step_time_s.median < right.step_time_s.median ||
                        headroom_bytes(left) > headroom_bytes(right) || complexity(left.plan) < complexity(right.plan);
    return not_worse && better;
  };
  std::vector<std::size_t> front;
  for (std::size_t index = 0; index < plans.size(); ++index) {
    if (std::none_of(plans.begin(), plans.end(),
                     [&](RankedPlan const& other) { return dominates(other.estimate, plans[index].estimate); }))
      front.push_back(index);
  }
  return front;
}

}  // namespace

LayoutKey layout_of(ParallelPlan const& plan) {
  return {plan.tensor_parallel, plan.pipeline_parallel, plan.data_parallel, plan.micro_batch};
}

int complexity(ParallelPlan const& plan) {
  return (plan.tensor_parallel > 1 ? 1 : 0) + (plan.pipeline_parallel > 1 ? 1 : 0) +
         (plan.sharding != Sharding::none ? 1 : 0) + (plan.recompute != Recompute::none ? 1 : 0);
}

bool crowded(StepEstimate const& estimate) {
  return estimate.memory.total_bytes() > constants::roomy_share * estimate.memory.capacity_bytes;
}

void rank(RankedPlans& ranked, std::vector<StepEstimate> estimates, std::size_t keep) {
  if (estimates.empty()) return;
  std::sort(estimates.begin(), estimates.end(),
            [](auto const& left, auto const& right) { return speed_key(left) < speed_key(right); });
  auto const tied_end = std::find_if_not(estimates.begin(), estimates.end(),
                                         [&](auto const& estimate) { return tied(estimate, estimates.front()); });
  auto const simplest = std::min_element(estimates.begin(), tied_end, [](auto const& left, auto const& right) {
    return std::tuple(crowded(left), complexity(left.plan), left.step_time_s.median) <
           std::tuple(crowded(right), complexity(right.plan), right.step_time_s.median);
  });

  std::set<LayoutKey> seen;
  std::vector<StepEstimate> kept;
  bool recommended_kept = false;
  for (auto each = estimates.begin(); each != estimates.end() && kept.size() < keep; ++each) {
    bool const recommended = each == simplest;
    bool const fresh = seen.insert(layout_of(each->plan)).second;
    bool const last_place = kept.size() + 1 == keep;
    if (!recommended && (!fresh || (last_place && !recommended_kept && each < simplest))) continue;
    recommended_kept = recommended_kept || recommended;
    kept.push_back(*each);
  }
  for (auto& estimate : kept) {
    if (estimate.plan == simplest->plan) ranked.recommended = ranked.plans.size();
    bool const is_tied = tied(estimate, estimates.front());
    ranked.plans.push_back({std::move(estimate), is_tied, {}});
  }
  ranked.pareto = pareto_front(ranked.plans);
}

}  // namespace hpcadvise::advisor

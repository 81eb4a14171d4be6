// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_order.hpp"

#include "advisor/constants.hpp"
#include "advisor/memory_verdict.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <tuple>

namespace hpcadvise::advisor {
namespace {

double headroom_bytes(StepEstimate const& estimate) {
  return estimate.memory.capacity_bytes - estimate.memory.total_bytes();
}

// Every part of a plan.
auto plan_key(ParallelPlan const& plan) {
  return std::tuple(plan.tensor_parallel, plan.pipeline_parallel, plan.context_parallel, plan.expert_parallel,
                    plan.expert_tensor_parallel, plan.micro_batch, plan.sharding, plan.shard_group, plan.recompute,
                    plan.recompute_interval, plan.sequence_parallel, plan.virtual_stages, plan.schedule,
                    plan.context_exchange, plan.offload, plan.data_parallel, plan.global_batch);
}

ScoredPlan scored(StepEstimate const& estimate) {
  return {estimate.plan, estimate.step_time_s.median, estimate.memory.total_bytes(), estimate.memory.capacity_bytes,
          doubts(estimate.plan, std::ranges::find(estimate.flags, "extrapolated") != estimate.flags.end())};
}

double log_ratio(StepEstimate const& estimate, StepEstimate const& best) {
  return std::log(estimate.step_time_s.median / best.step_time_s.median);
}

bool tied(StepEstimate const& estimate, StepEstimate const& best) {
  return log_ratio(estimate, best) <= constants::tie_log_ratio;
}

// From which ties are counted, of plans by time.
StepEstimate const& first_of_ties(std::vector<StepEstimate> const& estimates) {
  auto const roomy = std::ranges::find(estimates, MemoryVerdict::roomy,
                                       [](StepEstimate const& estimate) { return memory_verdict(estimate.memory); });
  bool const worth_it = roomy != estimates.end() && !tied(*roomy, estimates.front()) &&
                        log_ratio(*roomy, estimates.front()) <= constants::room_log_ratio;
  return worth_it ? *roomy : estimates.front();
}

// Lower is better.
auto preference(StepEstimate const& estimate) {
  return std::tuple(memory_verdict(estimate.memory), scored(estimate).doubts, complexity(estimate.plan),
                    estimate.step_time_s.median);
}

// Plans with the optimizer on the host that do not lead those with it on the device.
void drop_idle_offload(std::vector<StepEstimate>& estimates) {
  double best_s = std::numeric_limits<double>::infinity();
  for (auto const& estimate : estimates)
    if (estimate.plan.offload == Offload::none) best_s = std::min(best_s, estimate.step_time_s.median);
  std::erase_if(estimates, [&](auto const& estimate) {
    return estimate.plan.offload != Offload::none && estimate.step_time_s.median > leading_s(best_s);
  });
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

bool faster(ScoredPlan const& left, ScoredPlan const& right) {
  if (left.step_s != right.step_s) return left.step_s < right.step_s;
  auto const left_complexity = complexity(left.plan);
  auto const right_complexity = complexity(right.plan);
  if (left_complexity != right_complexity) return left_complexity < right_complexity;
  return plan_key(left.plan) < plan_key(right.plan);
}

LayoutKey layout_of(ParallelPlan const& plan) {
  return {plan.tensor_parallel,        plan.pipeline_parallel, plan.context_parallel, plan.expert_parallel,
          plan.expert_tensor_parallel, plan.data_parallel,     plan.micro_batch};
}

int complexity(ParallelPlan const& plan) {
  bool const simple_schedule = plan.virtual_stages == 1 && plan.schedule == Schedule::one_forward_one_backward;
  return (plan.tensor_parallel > 1 ? 1 : 0) + (plan.pipeline_parallel > 1 ? 1 : 0) +
         (plan.context_parallel > 1 ? 1 : 0) + (plan.expert_parallel * plan.expert_tensor_parallel > 1 ? 1 : 0) +
         (plan.expert_parallel > std::int64_t(constants::widest_expert_parallel) ? 1 : 0) + (simple_schedule ? 0 : 1) +
         (plan.sharding > Sharding::zero1 ? 1 : 0) + (plan.shard_group > 0 ? 1 : 0) +
         (plan.recompute != Recompute::none ? 1 : 0) + (plan.offload != Offload::none ? 1 : 0);
}

int doubts(ParallelPlan const& plan, bool extrapolated) {
  return (plan.context_parallel > 1 ? 1 : 0) +
         (plan.expert_parallel > std::int64_t(constants::widest_expert_parallel) ? 1 : 0) + (extrapolated ? 1 : 0);
}

double farthest_log_ratio() { return constants::tie_log_ratio + constants::room_log_ratio; }

double leading_s(double best_on_device_s) { return best_on_device_s * std::exp(-constants::sigma_offload); }

void rank(RankedPlans& ranked, std::vector<StepEstimate> estimates, std::size_t keep) {
  drop_idle_offload(estimates);
  if (estimates.empty()) return;
  std::sort(estimates.begin(), estimates.end(),
            [](auto const& left, auto const& right) { return faster(scored(left), scored(right)); });
  auto const tied_end = std::ranges::find_if_not(
      estimates,
      [&, &first = first_of_ties(estimates)](StepEstimate const& estimate) { return tied(estimate, first); });
  auto const preferred = std::ranges::min_element(estimates.begin(), tied_end, {}, preference);

  std::set<LayoutKey> seen;
  std::vector<StepEstimate> kept;
  bool recommended_kept = false;
  for (auto each = estimates.begin(); each != estimates.end() && kept.size() < keep; ++each) {
    bool const recommended = each == preferred;
    bool const fresh = seen.insert(layout_of(each->plan)).second;
    bool const last_place = kept.size() + 1 == keep;
    if (!recommended && (!fresh || (last_place && !recommended_kept && each < preferred))) continue;
    recommended_kept = recommended_kept || recommended;
    kept.push_back(*each);
  }
  for (auto& estimate : kept) {
    if (estimate.plan == preferred->plan) ranked.recommended = ranked.plans.size();
    bool const is_tied = tied(estimate, estimates.front());
    ranked.plans.push_back({std::move(estimate), is_tied, {}});
  }
  ranked.pareto = pareto_front(ranked.plans);
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_order.hpp"

#include "advisor/constants.hpp"
#include "advisor/framework_limits.hpp"
#include "advisor/memory_verdict.hpp"
#include "advisor/rates.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <span>
#include <tuple>
#include <utility>

namespace hpcadvise::advisor {
namespace {

// Every part of a plan.
auto plan_key(ParallelPlan const& plan) {
  return std::tuple(plan.tensor_parallel, plan.pipeline_parallel, plan.context_parallel, plan.expert_parallel,
                    plan.expert_tensor_parallel, plan.micro_batch, plan.sharding, plan.shard_group, plan.recompute,
                    plan.recompute_interval, plan.sequence_parallel, plan.virtual_stages, plan.schedule,
                    plan.context_exchange, plan.offload, plan.data_parallel, plan.global_batch);
}

struct Judged {
  StepEstimate estimate;
  ScoredPlan score;
};

std::vector<Judged> judged(std::vector<StepEstimate> estimates, PlanSetting const& setting) {
  std::vector<Judged> plans;
  for (auto& estimate : estimates) {
    auto const& plan = estimate.plan;
    bool const extrapolated = std::ranges::find(estimate.flags, "extrapolated") != estimate.flags.end();
    ScoredPlan const score{plan,
                           estimate.step_time_s.median,
                           estimate.memory.total_bytes(),
                           estimate.memory.capacity_bytes,
                           doubts(plan, setting, extrapolated),
                           complexity(plan, setting)};
    plans.push_back({std::move(estimate), score});
  }
  std::sort(plans.begin(), plans.end(),
            [](Judged const& left, Judged const& right) { return faster(left.score, right.score); });
  return plans;
}

double log_ratio(Judged const& plan, Judged const& best) { return std::log(plan.score.step_s / best.score.step_s); }

bool tied(Judged const& plan, Judged const& best) { return log_ratio(plan, best) <= constants::tie_log_ratio; }

// From which ties are counted, of plans by time.
Judged const& first_of_ties(std::vector<Judged> const& plans) {
  auto const roomy = std::ranges::find(plans, MemoryVerdict::roomy,
                                       [](Judged const& plan) { return memory_verdict(plan.estimate.memory); });
  bool const worth_it = roomy != plans.end() && !tied(*roomy, plans.front()) &&
                        log_ratio(*roomy, plans.front()) <= constants::room_log_ratio;
  return worth_it ? *roomy : plans.front();
}

// Lower is better.
auto preference(Judged const& plan) {
  auto const& score = plan.score;
  return std::tuple(memory_verdict(plan.estimate.memory), score.doubts, score.complexity, score.step_s,
                    score.memory_bytes);
}

bool beats(ScoredPlan const& left, ScoredPlan const& right) {
  return left.step_s < right.step_s && left.memory_bytes < right.memory_bytes && left.doubts <= right.doubts;
}

// Of plans that are tied the one that is preferred of those that none of them beats.
Judged const& recommended(std::span<Judged const> ties) {
  Judged const* best = nullptr;
  for (Judged const& plan : ties) {
    if (best != nullptr && preference(plan) >= preference(*best)) continue;
    if (std::ranges::none_of(ties, [&](Judged const& other) { return beats(other.score, plan.score); })) best = &plan;
  }
  return *best;
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
std::vector<std::size_t> pareto_front(std::span<ScoredPlan const> plans) {
  auto const dominates = [](ScoredPlan const& left, ScoredPlan const& right) {
    bool const not_worse =
        left.step_s <= right.step_s && left.memory_bytes <= right.memory_bytes && left.complexity <= right.complexity;
    bool const better =
        left.step_s < right.step_s || left.memory_bytes < right.memory_bytes || left.complexity < right.complexity;
    return not_worse && better;
  };
  std::vector<std::size_t> front;
  for (std::size_t index = 0; index < plans.size(); ++index)
    if (std::ranges::none_of(plans, [&](ScoredPlan const& other) { return dominates(other, plans[index]); }))
      front.push_back(index);
  return front;
}

}  // namespace

bool faster(ScoredPlan const& left, ScoredPlan const& right) {
  if (left.step_s != right.step_s) return left.step_s < right.step_s;
  if (left.complexity != right.complexity) return left.complexity < right.complexity;
  return plan_key(left.plan) < plan_key(right.plan);
}

LayoutKey layout_of(ParallelPlan const& plan) {
  return {plan.tensor_parallel,        plan.pipeline_parallel, plan.context_parallel, plan.expert_parallel,
          plan.expert_tensor_parallel, plan.data_parallel,     plan.micro_batch};
}

int complexity(ParallelPlan const& plan, PlanSetting const& setting) {
  auto const tensors = place_group(setting.machine, plan.tensor_parallel, 1);
  bool const simple_schedule = plan.virtual_stages == 1 && plan.schedule == Schedule::one_forward_one_backward;
  return (plan.tensor_parallel > 1 ? 1 : 0) + (tensors.per_node < tensors.size ? 1 : 0) +
         (plan.pipeline_parallel > 1 ? 1 : 0) + (plan.context_parallel > 1 ? 1 : 0) +
         (plan.expert_parallel * plan.expert_tensor_parallel > 1 ? 1 : 0) +
         (plan.expert_parallel > std::int64_t(constants::widest_expert_parallel) ? 1 : 0) + (simple_schedule ? 0 : 1) +
         (plan.sharding > Sharding::zero1 ? 1 : 0) + (plan.shard_group > 0 ? 1 : 0) +
         (plan.recompute == Recompute::full ? 1 : 0) + (plan.offload != Offload::none ? 1 : 0);
}

int doubts(ParallelPlan const& plan, PlanSetting const& setting, bool extrapolated) {
  return (plan.context_parallel > 1 ? 1 : 0) +
         (plan.expert_parallel > std::int64_t(constants::widest_expert_parallel) ? 1 : 0) +
         (has_unproven_sharding(setting.framework, plan) ? 1 : 0) + (extrapolated ? 1 : 0);
}

double farthest_log_ratio() { return constants::tie_log_ratio + constants::room_log_ratio; }

double leading_s(double best_on_device_s) { return best_on_device_s * std::exp(-constants::sigma_offload); }

void rank(RankedPlans& ranked, std::vector<StepEstimate> estimates, std::size_t keep, PlanSetting const& setting) {
  drop_idle_offload(estimates);
  if (estimates.empty()) return;
  auto const plans = judged(std::move(estimates), setting);
  auto const tied_end = std::ranges::find_if_not(
      plans, [&first = first_of_ties(plans)](Judged const& plan) { return tied(plan, first); });
  Judged const* const preferred = &recommended({plans.begin(), tied_end});

  std::set<LayoutKey> seen;
  std::vector<ScoredPlan> kept;
  for (Judged const& each : plans) {
    if (kept.size() == keep) break;
    bool const is_recommended = &each == preferred;
    bool const fresh = seen.insert(layout_of(each.estimate.plan)).second;
    bool const last_place = kept.size() + 1 == keep;
    if (!is_recommended && (!fresh || (last_place && !ranked.recommended && &each < preferred))) continue;
    if (is_recommended) ranked.recommended = kept.size();
    kept.push_back(each.score);
    ranked.plans.push_back({each.estimate, tied(each, plans.front()), {}});
  }
  ranked.pareto = pareto_front(kept);
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_changes.hpp"

#include "advisor/framework_limits.hpp"
#include "advisor/plan_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <tuple>

namespace hpcadvise::advisor {
namespace {

// The next plan that needs less memory by one part of it, or nothing where there is none.
using Turn = std::optional<ParallelPlan> (*)(ParallelPlan);

std::optional<ParallelPlan> recompute_more(ParallelPlan plan) {
  if (plan.recompute == Recompute::full && plan.recompute_interval == 1) return std::nullopt;
  if (plan.recompute == Recompute::full)
    plan.recompute_interval = 1;
  else
    plan.recompute = plan.recompute < Recompute::selective ? Recompute::selective : Recompute::full;
  return plan;
}

std::optional<ParallelPlan> smaller_micro_batch(ParallelPlan plan) {
  auto const sequences = plan.global_batch / plan.data_parallel;
  do {
    if (--plan.micro_batch < 1) return std::nullopt;
  } while (sequences % plan.micro_batch != 0);
  return plan;
}

std::optional<ParallelPlan> shard_more(ParallelPlan plan) {
  if (plan.data_parallel == 1 || plan.sharding == Sharding::zero3) return std::nullopt;
  plan.sharding = static_cast<Sharding>(static_cast<int>(plan.sharding) + 1);
  return plan;
}

// Twice as many devices to a group, half as many groups.
std::optional<ParallelPlan> wider(ParallelPlan plan, std::int64_t ParallelPlan::*group) {
  if (plan.data_parallel % 2 != 0) return std::nullopt;
  plan.*group *= 2;
  plan.data_parallel /= 2;
  plan.shard_group = 0;
  plan.sequence_parallel = plan.tensor_parallel > 1;
  return plan;
}
std::optional<ParallelPlan> more_tensor(ParallelPlan plan) { return wider(plan, &ParallelPlan::tensor_parallel); }
std::optional<ParallelPlan> more_pipeline(ParallelPlan plan) { return wider(plan, &ParallelPlan::pipeline_parallel); }
std::optional<ParallelPlan> more_context(ParallelPlan plan) { return wider(plan, &ParallelPlan::context_parallel); }

std::optional<ParallelPlan> offload_state(ParallelPlan plan) {
  if (plan.offload != Offload::none) return std::nullopt;
  plan.offload = Offload::optimizer;
  return plan;
}

constexpr std::array<Turn, 7> turns{recompute_more, smaller_micro_batch, shard_more,   more_tensor,
                                    more_pipeline,  more_context,        offload_state};

// Turned until it fits.
std::optional<ParallelPlan> turned(Turn turn, TrainingJob const& job, ParallelPlan const& from, Machine const& machine,
                                   EstimateOptions const& options) {
  for (auto plan = turn(from); plan; plan = turn(*plan))
    if (plan_problem(job, *plan, machine, options.framework).empty() &&
        offers(framework_limits(options.framework), *plan) &&
        estimate_memory(job, *plan, machine, options).fits_undisturbed())
      return plan;
  return std::nullopt;
}

}  // namespace

std::vector<Remedy> changes_that_fit(TrainingJob const& job, StepEstimate const& too_large, Machine const& machine,
                                     EstimateOptions const& options) {
  std::vector<Remedy> changes;
  auto const add = [&](std::string what, StepEstimate estimate) {
    double const rate = estimate.tokens_per_s_per_device / too_large.tokens_per_s_per_device;
    changes.push_back({std::move(what), std::move(estimate), rate});
  };
  for (Turn const turn : turns)
    if (auto const plan = turned(turn, job, too_large.plan, machine, options))
      add(changed_parts(too_large.plan, *plan), estimate_step(job, *plan, machine, options));

  auto const device_count = too_large.plan.device_count();
  if (can_plan(job, device_count, machine)) {
    auto const ranked = search_plans(job, device_count, machine, {.keep = 1, .estimate = options, .around = false});
    if (ranked.plans.empty()) return find_remedies(job, device_count, machine, options, too_large);
    auto const& best = ranked.plans.front().estimate;
    add(fmt::format("the plan that advise recommends, {}", to_text(best.plan)), best);
  }
  std::sort(changes.begin(), changes.end(), [](Remedy const& left, Remedy const& right) {
    return std::tie(right.relative_rate, left.what) < std::tie(left.relative_rate, right.what);
  });
  return changes;
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#include "advisor/batch_advice.hpp"

#include "advisor/batch_notes.hpp"
#include "advisor/cost/block_cost.hpp"
#include "advisor/critical_batch.hpp"
#include "advisor/memory_verdict.hpp"
#include "advisor/plan_space.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace hpcadvise::advisor {
namespace {

constexpr std::int64_t largest_micro_batch = 64;
constexpr std::int64_t largest_growth = 256;  // of the global batch that counts as large

double layers_s_per_sequence(TrainingJob const& job, ParallelPlan plan, Machine const& machine,
                             EstimateOptions const& options, std::int64_t micro_batch) {
  plan.micro_batch = micro_batch;
  CostContext const context{job, plan, machine, options, framework_traits(options.framework)};
  ModelCost const cost = model_cost(context);
  auto const kinds = layer_kinds(job.model);
  double layers_s = 0;
  for (std::size_t kind = 0; kind < kinds.size(); ++kind)
    layers_s += static_cast<double>(kinds[kind].count) * cost.kinds[kind].total_s();
  return layers_s / static_cast<double>(micro_batch);
}

std::int64_t plateau_micro_batch(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                                 EstimateOptions const& options) {
  auto const cost_s = [&](std::int64_t micro_batch) {
    return layers_s_per_sequence(job, plan, machine, options, micro_batch);
  };
  double best_s = std::numeric_limits<double>::infinity();
  for (std::int64_t batch = 1; batch <= largest_micro_batch; batch *= 2) best_s = std::min(best_s, cost_s(batch));
  std::int64_t batch = 1;
  while (batch < largest_micro_batch && cost_s(batch) > 1.05 * best_s) batch *= 2;
  return batch;
}

double s_per_sequence(TrainingJob job, ParallelPlan plan, Machine const& machine, EstimateOptions const& options,
                      std::int64_t global_batch) {
  job.global_batch = global_batch;
  plan.global_batch = global_batch;
  return estimate_step(job, plan, machine, options).step_time_s.median / static_cast<double>(global_batch);
}

std::int64_t least_global_batch(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                                EstimateOptions const& options) {
  std::int64_t const smallest = plan.micro_batch * plan.data_parallel;
  double const large_s = s_per_sequence(job, plan, machine, options, smallest * largest_growth);
  std::int64_t batch = smallest;
  while (batch < smallest * largest_growth && s_per_sequence(job, plan, machine, options, batch) > 1.1 * large_s)
    batch *= 2;
  return batch;
}

bool fits_in_memory(TrainingJob const& job, ParallelPlan plan, Machine const& machine, EstimateOptions const& options,
                    std::int64_t micro_batch) {
  plan.micro_batch = micro_batch;
  return estimate_memory(job, plan, machine, options).fits_undisturbed();
}

CriticalBatch critical_batch(TrainingJob const& job) {
  double const critical = critical_batch_tokens(job);
  return {critical, std::max<std::int64_t>(1, std::llround(critical / static_cast<double>(job.sequence_length)))};
}

std::int64_t interleaved_round(ParallelPlan const& plan) {
  return plan.virtual_stages > 1 ? plan.pipeline_parallel : 1;
}

StepEstimate with_best_micro_batch(TrainingJob const& job, StepEstimate const& own, Machine const& machine,
                                   EstimateOptions const& options) {
  ParallelPlan plan = own.plan;
  plan.global_batch = job.global_batch;
  auto best = estimate_step(job, plan, machine, options);
  for (std::int64_t const micro_batch : divisors(plan.global_batch / plan.data_parallel)) {
    plan.micro_batch = micro_batch;
    if (micro_batch > largest_micro_batch || plan.gradient_accumulation() % interleaved_round(plan) != 0) continue;
    auto estimate = estimate_step(job, plan, machine, options);
    if (memory_verdict(estimate.memory) > memory_verdict(own.memory)) continue;
    if (estimate.step_time_s.median < best.step_time_s.median) best = std::move(estimate);
  }
  return best;
}

BatchPoint batch_point(TrainingJob job, StepEstimate const& own, Machine const& machine, EstimateOptions const& options,
                       CriticalBatch const& critical, std::int64_t global_batch) {
  auto const length = static_cast<double>(job.sequence_length);
  auto const own_batch = static_cast<double>(job.global_batch);
  auto const batch = static_cast<double>(global_batch);
  job.tokens = tokens_to_same_loss(*job.tokens, own_batch * length, batch * length, critical.tokens);
  bool const is_own = global_batch == job.global_batch;
  job.global_batch = global_batch;
  auto const estimate = is_own ? own : with_best_micro_batch(job, own, machine, options);
  return {global_batch, estimate.plan.micro_batch, learning_rate_factor(job.optimizer, batch / own_batch),
          *cost_of_run(job, estimate, machine)};
}

// The job's own, halved and doubled as far as the plan can run it.
std::vector<BatchPoint> batch_points(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                                     EstimateOptions const& options, CriticalBatch const& critical) {
  constexpr int most_doublings = 3;
  auto const own = estimate_step(job, plan, machine, options);
  std::int64_t const round = plan.micro_batch * plan.data_parallel * interleaved_round(plan);
  std::int64_t smallest = job.global_batch;
  for (int halving = 0; halving < most_doublings && smallest % (2 * round) == 0; ++halving) smallest /= 2;
  std::vector<BatchPoint> points;
  for (std::int64_t batch = smallest; batch <= job.global_batch << most_doublings; batch *= 2)
    points.push_back(batch_point(job, own, machine, options, critical, batch));
  return points;
}

}  // namespace

BatchAdvice batch_advice(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                         EstimateOptions const& options) {
  BatchAdvice advice;
  advice.plateau_micro_batch = plateau_micro_batch(job, plan, machine, options);
  advice.plateau_fits = fits_in_memory(job, plan, machine, options, advice.plateau_micro_batch);
  advice.least_global_batch = least_global_batch(job, plan, machine, options);
  advice.notes = batch_notes(job);
  if (!has_critical_batch(job)) return advice;
  advice.critical = critical_batch(job);
  if (job.tokens) advice.points = batch_points(job, plan, machine, options, *advice.critical);
  return advice;
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#include "advisor/batch_advice.hpp"

#include "advisor/cost/block_cost.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

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

}  // namespace

double kaplan_loss(double parameters, double tokens) {
  constexpr double parameter_exponent = 0.076;
  constexpr double token_exponent = 0.103;
  constexpr double critical_parameters = 6.4e13;
  constexpr double critical_tokens = 1.8e13;
  return std::pow(
      std::pow(critical_parameters / parameters, parameter_exponent / token_exponent) + critical_tokens / tokens,
      token_exponent);
}

double critical_batch_tokens(double loss) {
  constexpr double scale_tokens = 2.1e8;
  constexpr double exponent = 0.21;
  return scale_tokens / std::pow(loss, 1 / exponent);
}

BatchAdvice batch_advice(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                         EstimateOptions const& options) {
  auto const count = count_parameters(job.model);
  double const parameters = count.total - count.embedding - count.lm_head;
  double const tokens = job.tokens.value_or(std::numeric_limits<double>::infinity());

  BatchAdvice advice;
  advice.plateau_micro_batch = plateau_micro_batch(job, plan, machine, options);
  advice.least_global_batch = least_global_batch(job, plan, machine, options);
  advice.critical_batch_tokens = critical_batch_tokens(kaplan_loss(parameters, tokens));
  advice.critical_global_batch =
      std::max<std::int64_t>(1, std::llround(advice.critical_batch_tokens / static_cast<double>(job.sequence_length)));
  advice.notes.emplace_back(
      "micro-batch and smallest global batch: by this model, within 5 % and 10 % of the best rate");
  advice.notes.emplace_back(
      "critical batch: a rule of thumb from Kaplan et al. 2020 (equations 1.4 and 1.5), at the loss it predicts for "
      "the end of training; at that size a run takes twice the fewest steps and twice the fewest tokens (McCandlish et "
      "al. 2018). Earlier in training it is smaller; data and optimizer move it");
  if (!job.tokens) advice.notes.emplace_back("no number of tokens was given: the loss is that of unlimited data");
  return advice;
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#include "advisor/lower_bound.hpp"

#include "advisor/cost/recompute.hpp"

#include <cmath>

namespace hpcadvise::advisor {
namespace {

// Sums of some hundred terms in another order differ by less.
constexpr double rounding = 1 - 1e-9;

double real(std::int64_t value) { return static_cast<double>(value); }

}  // namespace

double model_pass_s(ModelFacts const& facts, ModelCost const& cost) {
  double pass_s = cost.embedding.total_s() + cost.head.total_s() + cost.multi_token.total_s();
  for (std::size_t kind = 0; kind < facts.kinds.size(); ++kind)
    pass_s += real(facts.kinds[kind].count) * cost.kinds[kind].total_s();
  return pass_s;
}

double model_recompute_s(CostContext const& context, ModelFacts const& facts, ModelCost const& cost) {
  double repeated_s = 0;
  for (std::size_t kind = 0; kind < facts.kinds.size(); ++kind)
    repeated_s += real(facts.kinds[kind].count) * recompute_cost_s(context, cost.kinds[kind]);
  return repeated_s;
}

double step_lower_bound_s(ParallelPlan const& plan, std::int64_t device_count, double pass_s) {
  double const pipelines = real(device_count) / real(plan.tensor_parallel * plan.context_parallel);
  return rounding * real(plan.global_batch) / real(plan.micro_batch) / pipelines * pass_s;
}

double step_lower_bound_s(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                          EstimateOptions const& options) {
  CostContext const context{job, plan, machine, options, framework_traits(options.framework)};
  double const calibrated = options.calibration ? std::exp(least_log_factor(*options.calibration)) : 1;
  double const pass_s = model_pass_s(model_facts(job, plan), model_cost(context));
  return calibrated * step_lower_bound_s(plan, plan.device_count(), pass_s);
}

double paced_lower_bound_s(ParallelPlan const& plan, double slowest_s) {
  return rounding * real(plan.global_batch) / real(plan.micro_batch * plan.data_parallel) * slowest_s;
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#include "advisor/lower_bound.hpp"

#include "advisor/cost/context.hpp"
#include "advisor/operators.hpp"
#include "advisor/rates.hpp"

#include <algorithm>

namespace hpcadvise::advisor {
namespace {

double forward_flops(Block const& block) {
  double flops = 0;
  for (GemmOperator const& gemm : block.gemms) flops += gemm.count * gemm.forward.flops();
  return flops;
}

}  // namespace

double step_lower_bound_s(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                          EstimateOptions const& options) {
  CostContext const context{job, plan, machine, options, framework_traits(options.framework)};
  double const fastest = std::max(gemm_rates(machine, job.precision).plateau_flops_per_s,
                                  gemm_rates(machine, context.activation_precision()).plateau_flops_per_s) *
                         context.framework.gemm_factor;
  double const passes = plan.recompute == Recompute::full ? 4 : 3;
  double const micro_batch_flops =
      passes * static_cast<double>(job.model.layer_count) * forward_flops(layer_block(job, plan)) +
      3 * forward_flops(head_block(job, plan));
  auto const stages = static_cast<double>(plan.pipeline_parallel);
  return micro_batch_flops / fastest / stages * (context.micro_batches() - 1 + stages);
}

}  // namespace hpcadvise::advisor

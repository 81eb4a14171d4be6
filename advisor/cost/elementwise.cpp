// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/elementwise.hpp"

#include "advisor/rates.hpp"
#include "advisor/sharded_state.hpp"

namespace hpcadvise::advisor {

Pass elementwise_cost(CostContext const& context, Block const& block) {
  double const framework_factor = context.fitted(context.job.model.gated_ffn ? context.framework.elementwise_gated
                                                                             : context.framework.elementwise_plain);
  Pass pass;
  for (ElementwiseOperator const& each : block.elementwise) {
    double const factor = each.scaled ? framework_factor : 1.0;
    pass.forward_s += elementwise_time_s(context.machine, factor * each.forward_bytes);
    pass.backward_s += elementwise_time_s(context.machine, factor * each.backward_bytes);
  }
  return pass;
}

double accumulation_cost_s(CostContext const& context, StageParameters const& parameters) {
  constexpr double reads_and_writes = 2;
  double const copied = gathers_of_micro_batch(context.plan, context.framework) * reads_and_writes *
                        activation_bytes_per_element(context.job);
  return elementwise_time_s(context.machine, parameters.trained.total() * context.framework.accumulation_bytes +
                                                 parameters.frozen.total() * copied);
}

}  // namespace hpcadvise::advisor

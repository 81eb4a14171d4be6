// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/compute.hpp"

#include "advisor/rates.hpp"

namespace hpcadvise::advisor {

ComputeCost compute_cost(CostContext const& context, Block const& block) {
  ComputeCost cost;
  for (GemmOperator const& gemm : block.gemms) {
    auto const precision = gemm.quantized ? context.job.precision : context.activation_precision();
    auto const time_s = [&](GemmShape shape) {
      auto const timed = gemm_time(context.machine, shape, precision);
      cost.extrapolated = cost.extrapolated || timed.extrapolated;
      return timed.time_s * gemm.count / context.framework.gemm_factor;
    };
    cost.pass.forward_s += time_s(gemm.forward);
    cost.pass.backward_s += time_s(data_gradient(gemm.forward)) + time_s(weight_gradient(gemm.forward));
  }
  return cost;
}

}  // namespace hpcadvise::advisor

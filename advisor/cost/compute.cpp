// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/compute.hpp"

#include "advisor/rates.hpp"

namespace hpcadvise::advisor {

ComputeCost compute_cost(CostContext const& context, Block const& block) {
  ComputeCost cost;
  for (GemmOperator const& gemm : block.gemms) {
    auto const precision = gemm.quantized ? context.job.precision : context.activation_precision();
    bool const is_fp8 = precision == profiles::Precision::fp8;
    double const rate_factor = context.gemm_factor() * (is_fp8 ? context.fp8_factor() : 1);
    double const groups = gemm.grouped ? gemm.count : 1;
    auto const time_s = [&](GemmShape shape) {
      auto const timed = gemm_time(context.machine, shape, precision, groups);
      cost.extrapolated = cost.extrapolated || timed.extrapolated;
      return timed.time_s * gemm.count / groups / rate_factor;
    };
    cost.pass.forward_s += time_s(gemm.forward);
    cost.pass.backward_s += time_s(data_gradient(gemm.forward));
    if (gemm.weight_gradient) cost.pass.backward_s += time_s(weight_gradient(gemm.forward));
  }
  return cost;
}

}  // namespace hpcadvise::advisor

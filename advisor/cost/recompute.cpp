// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/recompute.hpp"

#include "advisor/rates.hpp"

namespace hpcadvise::advisor {

double recompute_cost_s(CostContext const& context, BlockCost const& layer) {
  switch (context.plan.recompute) {
    case Recompute::none: return 0;
    case Recompute::selective:
      if (context.framework.selective_repeats_activations &&
          has_fused_attention(context.machine, context.options.flash_attention))
        return layer.elementwise.forward_s;
      // Of each pair of collectives that surround a GEMM, one is kept and one repeated.
      return context.framework.selective_repeats_gemms
                 ? (layer.compute.forward_s + layer.tensor_parallel.forward_s) / 2 + layer.elementwise.forward_s
                 : layer.attention.forward_s;
    case Recompute::full: return layer.forward_s() / static_cast<double>(context.plan.recompute_interval);
  }
  return 0;
}

}  // namespace hpcadvise::advisor

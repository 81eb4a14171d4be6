// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/recompute.hpp"

namespace hpcadvise::advisor {

double recompute_cost_s(CostContext const& context, Pass const& compute, Pass const& attention, Pass const& elementwise,
                        Pass const& tensor_parallel) {
  switch (context.plan.recompute) {
    case Recompute::none: return 0;
    case Recompute::selective:
      return context.framework.selective_repeats_gemms ? compute.forward_s / 2 + elementwise.forward_s
                                                       : attention.forward_s;
    case Recompute::full:
      return compute.forward_s + attention.forward_s + elementwise.forward_s + tensor_parallel.forward_s;
  }
  return 0;
}

}  // namespace hpcadvise::advisor

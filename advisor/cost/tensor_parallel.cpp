// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/tensor_parallel.hpp"

#include "advisor/rates.hpp"

namespace hpcadvise::advisor {

Pass tensor_parallel_cost(CostContext const& context, Block const& block) {
  // Tensor-parallel ranks are neighbours: the innermost dimension of every framework's rank order.
  auto const group = place_group(context.machine, context.plan.tensor_parallel, 1);
  double const one_s = context.tensor_parallel_exposure() *
                       collective_time_s(context.machine, Collective::all_reduce, block.all_reduce_bytes, group);
  return {block.all_reduces_forward * one_s, block.all_reduces_backward * one_s};
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/tensor_parallel.hpp"

#include "advisor/rates.hpp"

#include <algorithm>

namespace hpcadvise::advisor {
namespace {

// Of 16 bit, what the linear layers of a block read can be gathered in eight.
double gathered_share(CostContext const& context, Block const& block) {
  bool const quantized =
      std::any_of(block.gemms.begin(), block.gemms.end(), [](GemmOperator const& gemm) { return gemm.quantized; });
  return quantized && context.gathers_in_fp8() ? 0.5 : 1;
}

}  // namespace

// With sequence parallelism each all-reduce is an all-gather and a reduce-scatter. Transformer Engine overlaps these
// through user buffers of its own, in which switches can reduce and copy as well (its NVLink SHARP path).
Pass tensor_parallel_cost(CostContext const& context, Block const& block) {
  // Tensor-parallel ranks are neighbours: the innermost dimension of every framework's rank order.
  auto const group = place_group(context.machine, context.plan.tensor_parallel, 1);
  auto const time_s = [&](Collective collective, double share) {
    return collective_time_s(context.machine, collective, share * block.all_reduce_bytes, group);
  };
  double const one_s =
      context.tensor_parallel_exposure() *
      (context.plan.sequence_parallel && !context.overlaps_tensor_parallel()
           ? time_s(Collective::all_gather, gathered_share(context, block)) + time_s(Collective::reduce_scatter, 1)
           : time_s(Collective::all_reduce, 1));
  return {block.all_reduces_forward * one_s, block.all_reduces_backward * one_s};
}

}  // namespace hpcadvise::advisor

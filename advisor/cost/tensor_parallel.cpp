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

// PyTorch's collectives gather and scatter the first dimension of a tensor, the sequence is the second: what was
// gathered is copied afterwards, what is reduced before (torch/distributed/_functional_collectives.py,
// all_gather_tensor and reduce_scatter_tensor: chunk and cat).
double copies_s(CostContext const& context, Block const& block) {
  if (!context.framework.copies_gathered_sequence) return 0;
  double const tensors = gathered_share(context, block) + 1;
  return 2 * tensors * block.all_reduce_bytes / context.machine.memory_bytes_per_s;
}

// Tensor-parallel ranks are neighbours: the innermost dimension of every framework's rank order.
GroupPlacement group_of(CostContext const& context) {
  return place_group(context.machine, context.plan.tensor_parallel, 1);
}

}  // namespace

// With sequence parallelism each all-reduce is an all-gather and a reduce-scatter. Transformer Engine overlaps these
// through user buffers of its own, in which switches can reduce and copy as well (its NVLink SHARP path).
Pass tensor_parallel_cost(CostContext const& context, Block const& block) {
  auto const group = group_of(context);
  auto const time_s = [&](Collective collective, double share) {
    return collective_time_s(context.machine, collective, share * block.all_reduce_bytes, group);
  };
  bool const overlaps = overlaps_tensor_parallel(context);
  double const exposure = context.fitted(overlaps ? &FittedConstants::tensor_parallel_exposure_overlapped
                                                  : &FittedConstants::tensor_parallel_exposure);
  double const one_s = exposure * (context.plan.sequence_parallel && !overlaps
                                       ? time_s(Collective::all_gather, gathered_share(context, block)) +
                                             time_s(Collective::reduce_scatter, 1)
                                       : time_s(Collective::all_reduce, 1));
  double const copied_s = context.plan.sequence_parallel && !overlaps ? copies_s(context, block) : 0;
  return {block.all_reduces_forward * (one_s + copied_s), block.all_reduces_backward * (one_s + copied_s)};
}

// User buffers join devices of one NVLink domain, of one node or several (NVIDIA/TransformerEngine, issue 1071 and pull
// request 1470), and so does the symmetric memory of PyTorch's async tensor parallelism. Either needs sequence
// parallelism (Megatron-LM, megatron/training/arguments.py, tp_comm_overlap). AMD's Transformer Engine had none before
// 2026 (ROCm/TransformerEngine, pull request 367), so there a run has to say.
bool overlaps_tensor_parallel(CostContext const& context) {
  auto const group = group_of(context);
  bool const linked = group.size > 1 && group.per_node == group.size;
  bool const usual = context.framework.overlaps_tensor_parallel && context.machine.vendor == "nvidia";
  return linked && context.plan.sequence_parallel && context.options.tensor_parallel_overlap.value_or(usual);
}

}  // namespace hpcadvise::advisor

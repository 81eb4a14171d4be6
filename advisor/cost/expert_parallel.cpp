// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/expert_parallel.hpp"

#include "advisor/rates.hpp"

namespace hpcadvise::advisor {

Pass expert_parallel_cost(CostContext const& context, Block const& block) {
  ParallelPlan const& plan = context.plan;
  double const exposure = context.machine.fitted.expert_parallel_exposure;
  Pass pass;
  if (plan.expert_parallel > 1) {
    // Ranks that share an expert are neighbours, then come those that hold the other experts (Megatron-Core's order).
    auto const group = place_group(context.machine, plan.expert_parallel, plan.expert_tensor_parallel);
    double const one_s =
        exposure * all_to_all_time_s(context.machine, block.expert_all_to_all.bytes, group, block.copies);
    pass.forward_s += block.expert_all_to_all.forward * one_s;
    pass.backward_s += block.expert_all_to_all.backward * one_s;
  }
  if (plan.expert_tensor_parallel > 1) {
    auto const group = place_group(context.machine, plan.expert_tensor_parallel, 1);
    double const one_s =
        exposure * collective_time_s(context.machine, Collective::all_reduce, block.expert_all_reduce.bytes, group);
    pass.forward_s += block.expert_all_reduce.forward * one_s;
    pass.backward_s += block.expert_all_reduce.backward * one_s;
  }
  return pass;
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/context_parallel.hpp"

#include "advisor/rates.hpp"

namespace hpcadvise::advisor {

Pass context_parallel_cost(CostContext const& context, Block const& block, Pass const& attention) {
  ParallelPlan const& plan = context.plan;
  if (plan.context_parallel == 1 || !block.attention) return {};
  // Context-parallel ranks are the next dimension after tensor-parallel ones.
  auto const group = place_group(context.machine, plan.context_parallel, plan.tensor_parallel);
  if (plan.context_exchange == ContextExchange::all_to_all) {
    double const one_s = all_to_all_time_s(context.machine, block.context_all_to_all.bytes, group);
    return {block.context_all_to_all.forward * one_s, block.context_all_to_all.backward * one_s};
  }
  // A whole turn of the ring moves what an all-gather does.
  double const turn_s = collective_time_s(context.machine, Collective::all_gather,
                                          block.context_ring.bytes * static_cast<double>(plan.context_parallel), group);
  double const turns_backward = block.context_ring.backward / block.context_ring.forward;
  double const slowdown = context.machine.fitted.overlap_cost;
  return {exposed_s(turn_s, attention.forward_s, slowdown),
          exposed_s(turns_backward * turn_s, attention.backward_s, slowdown)};
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/block_cost.hpp"

#include "advisor/cost/attention.hpp"
#include "advisor/cost/compute.hpp"
#include "advisor/cost/elementwise.hpp"
#include "advisor/cost/recompute.hpp"
#include "advisor/cost/tensor_parallel.hpp"

namespace hpcadvise::advisor {
namespace {

BlockCost block_cost(CostContext const& context, Block const& block) {
  auto const compute = compute_cost(context, block);
  auto const attention = attention_cost(context, block);
  return {compute.pass,
          attention.pass,
          elementwise_cost(context, block),
          tensor_parallel_cost(context, block),
          0,
          compute.extrapolated || attention.extrapolated};
}

}  // namespace

BlockCost layer_cost(CostContext const& context) {
  auto cost = block_cost(context, layer_block(context.job, context.plan));
  cost.recompute_s = recompute_cost_s(context, cost.compute, cost.attention, cost.elementwise, cost.tensor_parallel);
  return cost;
}

BlockCost embedding_cost(CostContext const& context) {
  return block_cost(context, embedding_block(context.job, context.plan));
}

BlockCost head_cost(CostContext const& context) { return block_cost(context, head_block(context.job, context.plan)); }

}  // namespace hpcadvise::advisor

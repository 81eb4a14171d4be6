// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/block_cost.hpp"

#include "advisor/cost/attention.hpp"
#include "advisor/cost/compute.hpp"
#include "advisor/cost/context_parallel.hpp"
#include "advisor/cost/elementwise.hpp"
#include "advisor/cost/expert_parallel.hpp"
#include "advisor/cost/other.hpp"
#include "advisor/cost/recompute.hpp"
#include "advisor/cost/tensor_parallel.hpp"

#include <algorithm>

namespace hpcadvise::advisor {
namespace {

BlockCost block_cost(CostContext const& context, Block const& block) {
  auto const compute = compute_cost(context, block);
  auto const attention = attention_cost(context, block);
  BlockCost cost;
  cost.compute = compute.pass;
  cost.attention = attention.pass;
  cost.elementwise = elementwise_cost(context, block);
  cost.tensor_parallel = tensor_parallel_cost(context, block);
  cost.context_parallel = context_parallel_cost(context, block, attention.pass);
  cost.expert_parallel = expert_parallel_cost(context, block);
  cost.extrapolated = compute.extrapolated || attention.extrapolated;
  return cost;
}

BlockCost layer_cost(CostContext const& context, Block const& block) {
  auto cost = block_cost(context, block);
  cost.recompute_s = recompute_cost_s(context, cost);
  cost.host_s = host_bound_s(context, cost, block.copies > 0);
  return cost;
}

Pass sum(Pass const& left, Pass const& right, double times) {
  return {times * (left.forward_s + right.forward_s), times * (left.backward_s + right.backward_s)};
}

BlockCost multi_token_cost(CostContext const& context, BlockCost const& head) {
  auto const modules = static_cast<double>(context.job.model.multi_token_modules);
  if (modules == 0) return {};
  auto const layer = layer_cost(context, multi_token_block(context.job, context.plan));
  BlockCost cost;
  cost.compute = sum(layer.compute, head.compute, modules);
  cost.attention = sum(layer.attention, head.attention, modules);
  cost.elementwise = sum(layer.elementwise, head.elementwise, modules);
  cost.tensor_parallel = sum(layer.tensor_parallel, head.tensor_parallel, modules);
  cost.context_parallel = sum(layer.context_parallel, head.context_parallel, modules);
  cost.expert_parallel = sum(layer.expert_parallel, head.expert_parallel, modules);
  cost.recompute_s = modules * layer.recompute_s;
  cost.host_s = modules * layer.host_s;
  cost.extrapolated = layer.extrapolated;
  return cost;
}

}  // namespace

ModelCost model_cost(CostContext const& context, std::span<LayerKind const> kinds) {
  ModelCost cost;
  cost.kinds.reserve(kinds.size());
  for (LayerKind const& kind : kinds)
    cost.kinds.push_back(layer_cost(context, layer_block(context.job, context.plan, kind)));
  cost.embedding = block_cost(context, embedding_block(context.job, context.plan));
  cost.head = block_cost(context, head_block(context.job, context.plan, has_fused_loss(context.options)));
  cost.multi_token = multi_token_cost(context, cost.head);
  cost.fixed_s = context.machine.fitted.micro_batch_s;
  return cost;
}

ModelCost model_cost(CostContext const& context) { return model_cost(context, layer_kinds(context.job.model)); }

bool ModelCost::extrapolated() const {
  return head.extrapolated || multi_token.extrapolated ||
         std::any_of(kinds.begin(), kinds.end(), [](auto const& kind) { return kind.extrapolated; });
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/recompute.hpp"

#include "advisor/operators.hpp"
#include "advisor/rates.hpp"

namespace hpcadvise::advisor {
namespace {

// What Megatron-Core repeats where fused attention leaves no scores to drop: two norms, each of which reads and writes
// a token's hidden state, and the activation function of its experts, which reads gate and up and writes their product
// (transformer_config.py, recompute_modules: layernorm, moe_act).
double norms_and_activations_s(CostContext const& context) {
  auto const& plan = context.plan;
  auto const& model = context.job.model;
  auto const real = [](std::int64_t value) { return static_cast<double>(value); };
  double const tokens = real(plan.micro_batch * context.job.sequence_length) / real(plan.context_parallel);
  double elements = 2 * 2 * real(model.hidden_size) / (plan.sequence_parallel ? real(plan.tensor_parallel) : 1);
  if (model.experts)
    elements +=
        3 * real(model.experts->experts_per_token * model.experts->expert_ffn_size) / real(plan.tensor_parallel);
  return elementwise_time_s(context.machine, tokens * elements * activation_bytes_per_element(context.job));
}

}  // namespace

double recompute_cost_s(CostContext const& context, BlockCost const& layer) {
  switch (context.plan.recompute) {
    case Recompute::none: return 0;
    case Recompute::attention: return layer.attention.forward_s;
    case Recompute::selective:
      if (context.framework.selective_repeats_activations &&
          has_fused_attention(context.machine, attention_kernel(context.options)))
        return norms_and_activations_s(context);
      // Of each pair of collectives that surround a GEMM, one is kept and one repeated.
      return context.framework.selective_repeats_gemms
                 ? (layer.compute.forward_s + layer.tensor_parallel.forward_s) / 2 + layer.elementwise.forward_s
                 : layer.attention.forward_s;
    case Recompute::full: return layer.forward_s() / static_cast<double>(context.plan.recompute_interval);
  }
  return 0;
}

}  // namespace hpcadvise::advisor

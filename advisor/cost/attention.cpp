// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/attention.hpp"

#include "advisor/rates.hpp"

namespace hpcadvise::advisor {
namespace {

// What a kernel reaches of the machine's fused attention, which is FlashAttention-2's with flash_attention_factor in
// it.
double kernel_factor(Machine const& machine, AttentionKernel kernel) {
  auto const& fitted = machine.fitted;
  switch (kernel) {
    case AttentionKernel::flash_1: return fitted.flash_attention_factor_triton / fitted.flash_attention_factor;
    case AttentionKernel::unfused:
    case AttentionKernel::flash_2: return 1;
    case AttentionKernel::flash_3: break;
  }
  if (machine.current_attention == 1) return 1;
  return machine.current_attention * fitted.flash_attention_factor_current / fitted.flash_attention_factor;
}

}  // namespace

AttentionCost attention_cost(CostContext const& context, Block const& block) {
  if (!block.attention) return {};
  AttentionKernel const called = attention_kernel(context.options);
  auto const timed = [&](Direction direction) {
    return attention_time(context.machine, *block.attention, direction, context.activation_precision(), called);
  };
  auto const forward = timed(Direction::forward);
  auto const backward = timed(Direction::backward);
  bool const fused = has_fused_attention(context.machine, called);
  double const kernel = fused ? kernel_factor(context.machine, called) : 1;
  bool const cut = context.plan.context_parallel > 1 && context.plan.context_exchange == ContextExchange::ring;
  double const factor = kernel * (cut ? context.machine.fitted.context_attention_factor : 1);
  return {{forward.time_s / factor, backward.time_s / factor}, forward.extrapolated || backward.extrapolated};
}

}  // namespace hpcadvise::advisor

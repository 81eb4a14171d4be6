// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/attention.hpp"

#include "advisor/rates.hpp"

namespace hpcadvise::advisor {
namespace {

// A framework's kernels over the machine's fused attention, which has flash_attention_factor in it.
double kernel_factor(Machine const& machine, AttentionKernel kernel) {
  auto const& fitted = machine.fitted;
  switch (kernel) {
    case AttentionKernel::triton: return fitted.flash_attention_factor_triton / fitted.flash_attention_factor;
    case AttentionKernel::flash: return 1;
    case AttentionKernel::current: break;
  }
  if (machine.current_attention == 1) return 1;
  return machine.current_attention * fitted.flash_attention_factor_current / fitted.flash_attention_factor;
}

}  // namespace

AttentionCost attention_cost(CostContext const& context, Block const& block) {
  if (!block.attention) return {};
  auto const timed = [&](Direction direction) {
    return attention_time(context.machine, *block.attention, direction, context.activation_precision(),
                          context.options.flash_attention);
  };
  auto const forward = timed(Direction::forward);
  auto const backward = timed(Direction::backward);
  bool const fused = has_fused_attention(context.machine, context.options.flash_attention);
  double const kernel = fused ? kernel_factor(context.machine, context.framework.attention_kernel) : 1;
  bool const cut = context.plan.context_parallel > 1 && context.plan.context_exchange == ContextExchange::ring;
  double const factor = kernel * (cut ? context.machine.fitted.context_attention_factor : 1);
  return {{forward.time_s / factor, backward.time_s / factor}, forward.extrapolated || backward.extrapolated};
}

}  // namespace hpcadvise::advisor

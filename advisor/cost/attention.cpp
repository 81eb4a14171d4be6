// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/attention.hpp"

#include "advisor/rates.hpp"

namespace hpcadvise::advisor {
namespace {

// Today's kernels over the machine's fused attention, which has flash_attention_factor in it.
double current_kernels(Machine const& machine) {
  if (machine.current_attention == 1) return 1;
  return machine.current_attention * machine.fitted.flash_attention_factor_current /
         machine.fitted.flash_attention_factor;
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
  double const kernel = fused && context.framework.current_attention ? current_kernels(context.machine) : 1;
  bool const cut = context.plan.context_parallel > 1 && context.plan.context_exchange == ContextExchange::ring;
  double const factor = kernel * (cut ? context.machine.fitted.context_attention_factor : 1);
  return {{forward.time_s / factor, backward.time_s / factor}, forward.extrapolated || backward.extrapolated};
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/attention.hpp"

#include "advisor/rates.hpp"

namespace hpcadvise::advisor {

AttentionCost attention_cost(CostContext const& context, Block const& block) {
  if (!block.attention) return {};
  auto const timed = [&](Direction direction) {
    return attention_time(context.machine, *block.attention, direction, context.activation_precision(),
                          context.options.flash_attention);
  };
  auto const forward = timed(Direction::forward);
  auto const backward = timed(Direction::backward);
  bool const fused = has_fused_attention(context.machine, context.options.flash_attention);
  double const kernel = fused && context.framework.current_attention ? context.machine.current_attention : 1;
  bool const cut = context.plan.context_parallel > 1 && context.plan.context_exchange == ContextExchange::ring;
  double const factor = kernel * (cut ? context.machine.fitted.context_attention_factor : 1);
  return {{forward.time_s / factor, backward.time_s / factor}, forward.extrapolated || backward.extrapolated};
}

}  // namespace hpcadvise::advisor

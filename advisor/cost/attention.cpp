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
  return {{forward.time_s, backward.time_s}, forward.extrapolated || backward.extrapolated};
}

}  // namespace hpcadvise::advisor

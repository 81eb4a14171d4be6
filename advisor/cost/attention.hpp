// SPDX-License-Identifier: Apache-2.0
#pragma once

// The attention core: softmax(Q K^T) V and its gradients.

#include "advisor/cost/context.hpp"
#include "advisor/operators.hpp"

namespace hpcadvise::advisor {

struct AttentionCost {
  Pass pass;
  bool extrapolated = false;
};
AttentionCost attention_cost(CostContext const& context, Block const& block);

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// Norms, rotary positions, activations, residuals, dropout, embedding, loss: bytes over memory bandwidth.

#include "advisor/cost/context.hpp"
#include "advisor/operators.hpp"
#include "advisor/stage_layout.hpp"

namespace hpcadvise::advisor {

Pass elementwise_cost(CostContext const& context, Block const& block);

// One micro-batch's gradients of what this device trains, added to those before. Frozen parameters have none; under
// ZeRO-3 they are copied out of the gathered buffer all the same, before forward and before backward.
double accumulation_cost_s(CostContext const& context, StageParameters const& parameters);

}  // namespace hpcadvise::advisor

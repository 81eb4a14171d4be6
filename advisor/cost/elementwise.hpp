// SPDX-License-Identifier: Apache-2.0
#pragma once

// Norms, rotary positions, activations, residuals, dropout, embedding, loss: bytes over memory bandwidth.

#include "advisor/cost/context.hpp"
#include "advisor/operators.hpp"

namespace hpcadvise::advisor {

Pass elementwise_cost(CostContext const& context, Block const& block);

// One micro-batch's gradients of this device's parameters, added to those before.
double accumulation_cost_s(CostContext const& context, double parameters);

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tokens that travel to their experts and back.

#include "advisor/cost/context.hpp"
#include "advisor/operators.hpp"

namespace hpcadvise::advisor {

Pass expert_parallel_cost(CostContext const& context, Block const& block);

}  // namespace hpcadvise::advisor

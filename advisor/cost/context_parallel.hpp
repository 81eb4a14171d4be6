// SPDX-License-Identifier: Apache-2.0
#pragma once

// What context-parallel ranks tell each other: keys and values round a ring, under the attention of the block that
// came before, or all-to-all exchanges before and after attention.

#include "advisor/cost/context.hpp"
#include "advisor/operators.hpp"

namespace hpcadvise::advisor {

Pass context_parallel_cost(CostContext const& context, Block const& block, Pass const& attention);

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// The collectives that tensor parallelism adds to a block.

#include "advisor/cost/context.hpp"
#include "advisor/operators.hpp"

namespace hpcadvise::advisor {

Pass tensor_parallel_cost(CostContext const& context, Block const& block);

// Whether the framework hides most of them under its matrix multiplications, as far as its software can.
bool overlaps_tensor_parallel(CostContext const& context);

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// Matrix multiplications: forward, and the two gradients as the GEMMs they are.

#include "advisor/cost/context.hpp"
#include "advisor/operators.hpp"

namespace hpcadvise::advisor {

struct ComputeCost {
  Pass pass;
  bool extrapolated = false;
};
ComputeCost compute_cost(CostContext const& context, Block const& block);

}  // namespace hpcadvise::advisor

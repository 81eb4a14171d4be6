// SPDX-License-Identifier: Apache-2.0
#pragma once

// One micro-batch through one block, term by term.

#include "advisor/cost/context.hpp"
#include "advisor/operators.hpp"

namespace hpcadvise::advisor {

struct BlockCost {
  Pass compute;
  Pass attention;
  Pass elementwise;
  Pass tensor_parallel;
  double recompute_s = 0;
  bool extrapolated = false;

  double total_s() const {
    return compute.total_s() + attention.total_s() + elementwise.total_s() + tensor_parallel.total_s() + recompute_s;
  }
  // What a gradient collective can hide behind.
  double backward_s() const {
    return compute.backward_s + attention.backward_s + elementwise.backward_s + tensor_parallel.backward_s +
           recompute_s;
  }
};

BlockCost layer_cost(CostContext const& context);
BlockCost embedding_cost(CostContext const& context);
BlockCost head_cost(CostContext const& context);

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// One micro-batch through one block, term by term, and through everything that a model is made of.

#include "advisor/cost/context.hpp"
#include "advisor/operators.hpp"

#include <span>
#include <vector>

namespace hpcadvise::advisor {

struct BlockCost {
  Pass compute;
  Pass attention;
  Pass elementwise;
  Pass tensor_parallel;
  Pass context_parallel;
  Pass expert_parallel;
  double recompute_s = 0;
  double host_s = 0;  // what a slow host adds to all of these, see other.hpp
  bool extrapolated = false;

  double forward_s() const {
    return compute.forward_s + attention.forward_s + elementwise.forward_s + tensor_parallel.forward_s +
           context_parallel.forward_s + expert_parallel.forward_s;
  }
  // What a gradient collective can hide behind.
  double backward_s() const {
    return compute.backward_s + attention.backward_s + elementwise.backward_s + tensor_parallel.backward_s +
           context_parallel.backward_s + expert_parallel.backward_s + recompute_s;
  }
  // On the device.
  double total_s() const { return forward_s() + backward_s(); }
};

// Depends on the plan's tensor, context and expert parallelism, its micro-batch and what it recomputes: not on
// pipeline, data parallelism or sharding.
struct ModelCost {
  std::vector<BlockCost> kinds;  // a layer of each of layer_kinds
  BlockCost embedding;
  BlockCost head;
  BlockCost multi_token;  // of all modules, each with its head
  double fixed_s = 0;     // of a micro-batch on any stage

  bool extrapolated() const;
};

ModelCost model_cost(CostContext const& context);
// With the model's layer_kinds, where they are known already.
ModelCost model_cost(CostContext const& context, std::span<LayerKind const> kinds);

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the forward pass keeps for the backward pass, operator by operator (Korthikanti et al. 2022, "Reducing
// Activation Recomputation in Large Transformer Models", section 4: s b h (10 + 24/t + 5 a s / (h t)) for GPT).

#include "advisor/estimate_options.hpp"
#include "advisor/layer_kinds.hpp"
#include "advisor/model_spec.hpp"
#include "advisor/parallel_plan.hpp"

namespace hpcadvise::advisor {

struct LayerActivations {
  double layer_bytes = 0;    // one layer, one micro-batch; of every n-th recomputed, the mean
  double working_bytes = 0;  // one layer in full while it is recomputed; 0 without recomputation
};

LayerActivations layer_activations(TrainingJob const& job, ParallelPlan const& plan, EstimateOptions const& options,
                                   LayerKind const& kind);

// On the last stage, until the loss has its gradient.
double logits_bytes(TrainingJob const& job, ParallelPlan const& plan, EstimateOptions const& options);

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the forward pass keeps for the backward pass, operator by operator (Korthikanti et al. 2022, "Reducing
// Activation Recomputation in Large Transformer Models", section 4: s b h (10 + 24/t + 5 a s / (h t)) for GPT).

#include "advisor/estimate_options.hpp"
#include "advisor/model_spec.hpp"
#include "advisor/parallel_plan.hpp"

namespace hpcadvise::advisor {

struct SavedActivations {
  double layer_bytes = 0;    // one layer, one micro-batch
  double working_bytes = 0;  // one layer in full while it is recomputed; 0 without recomputation
  double logits_bytes = 0;   // on the last stage
};

SavedActivations saved_activations(TrainingJob const& job, ParallelPlan const& plan, EstimateOptions const& options);

}  // namespace hpcadvise::advisor

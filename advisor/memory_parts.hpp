// SPDX-License-Identifier: Apache-2.0
#pragma once

// The fullest device's memory from what was computed before of model, micro-batch and pipeline: arithmetic only, for
// the search.

#include "advisor/memory_estimate.hpp"
#include "advisor/model_facts.hpp"
#include "advisor/saved_activations.hpp"

#include <span>
#include <vector>

namespace hpcadvise::advisor {

// Of one micro-batch. Depends on the plan's tensor and context parallelism, its micro-batch and what it recomputes.
struct MicroBatchMemory {
  std::vector<LayerActivations> kinds;  // of a layer of each of layer_kinds
  double multi_token_bytes = 0;         // of the layers of all multi-token modules, which the last stage holds
  double logits_bytes = 0;              // of the model and of every module
};
MicroBatchMemory micro_batch_memory(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                                    EstimateOptions const& options, ModelFacts const& facts);

// `micro_batch` and `stages` are those of the plan.
MemoryEstimate memory_of(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                         FrameworkTraits const& framework, ModelFacts const& facts, MicroBatchMemory const& micro_batch,
                         std::span<Stage const> stages);

}  // namespace hpcadvise::advisor

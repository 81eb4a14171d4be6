// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which layers each pipeline stage holds, and how many parameters that makes on one device.

#include "advisor/framework.hpp"
#include "advisor/model_spec.hpp"
#include "advisor/parallel_plan.hpp"

#include <cstdint>
#include <vector>

namespace hpcadvise::advisor {

struct Stage {
  std::int64_t layers = 0;
  bool has_embedding = false;
  bool has_head = false;
};

// In pipeline order. Layers that do not divide go to the first stages; where the framework deals embedding and head
// like layers (DeepSpeed), the end stages hold one layer less instead.
std::vector<Stage> stage_layout(ModelSpec const& model, ParallelPlan const& plan, FrameworkTraits const& framework);

// Parameters of the stage on one tensor-parallel rank, before data-parallel sharding. A tied head on another stage
// than the embedding is a copy.
double stage_parameters(ModelSpec const& model, ParameterCount const& count, Stage const& stage,
                        std::int64_t tensor_parallel);

}  // namespace hpcadvise::advisor

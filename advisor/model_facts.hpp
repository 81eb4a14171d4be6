// SPDX-License-Identifier: Apache-2.0
#pragma once

// What estimates need of a model alone: the same for every plan, so a search computes it once. Adapters are cut by
// tensor parallelism: parts.adapters is of the plan's.

#include "advisor/layer_kinds.hpp"
#include "advisor/model_spec.hpp"
#include "advisor/stage_layout.hpp"

#include <vector>

namespace hpcadvise::advisor {

struct ModelFacts {
  std::vector<LayerKind> kinds;
  ParameterCount count;
  ParameterParts parts;
};

inline ModelFacts model_facts(TrainingJob const& job, ParallelPlan const& plan) {
  ModelFacts facts{layer_kinds(job.model), count_parameters(job.model), parameter_parts(job.model)};
  facts.parts.adapters = adapter_parts(job, plan);
  return facts;
}

}  // namespace hpcadvise::advisor

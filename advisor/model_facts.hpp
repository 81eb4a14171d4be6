// SPDX-License-Identifier: Apache-2.0
#pragma once

// What estimates need of a model alone: the same for every plan, so a search computes it once.

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

inline ModelFacts model_facts(ModelSpec const& model) {
  return {layer_kinds(model), count_parameters(model), parameter_parts(model)};
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#include "advisor/stage_layout.hpp"

#include <algorithm>
#include <cstddef>

namespace hpcadvise::advisor {

std::vector<Stage> stage_layout(ModelSpec const& model, ParallelPlan const& plan, FrameworkTraits const& framework) {
  std::int64_t const stage_count = plan.pipeline_parallel;
  std::vector<Stage> stages(static_cast<std::size_t>(stage_count));
  stages.front().has_embedding = true;
  stages.back().has_head = true;

  bool const ends_are_items = framework.embedding_is_a_stage_item && stage_count > 1;
  std::int64_t const items = model.layer_count + (ends_are_items ? 2 : 0);
  for (std::int64_t index = 0; index < stage_count; ++index) {
    Stage& stage = stages[static_cast<std::size_t>(index)];
    stage.layers = items / stage_count + (index < items % stage_count ? 1 : 0);
    if (ends_are_items) stage.layers -= (stage.has_embedding ? 1 : 0) + (stage.has_head ? 1 : 0);
  }
  return stages;
}

double stage_parameters(ModelSpec const& model, ParameterCount const& count, Stage const& stage,
                        std::int64_t tensor_parallel) {
  double parameters = static_cast<double>(stage.layers) * count.per_layer;
  if (stage.has_embedding) parameters += count.embedding;
  bool const shares_embedding = model.tied_embeddings && stage.has_embedding;
  if (stage.has_head && !shares_embedding)
    parameters += static_cast<double>(model.vocabulary_size) * static_cast<double>(model.hidden_size);
  return parameters / static_cast<double>(tensor_parallel);
}

}  // namespace hpcadvise::advisor

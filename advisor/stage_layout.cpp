// SPDX-License-Identifier: Apache-2.0
#include "advisor/stage_layout.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace hpcadvise::advisor {
namespace {

StageParameters on_device(ParameterParts const& parts, LayerParameters const& model, LayerParameters const& adapters,
                          ParallelPlan const& plan) {
  auto const held = device_parameters(model, plan);
  if (parts.adapters.empty()) return {{}, held};
  return {held, {adapters.dense, adapters.experts / static_cast<double>(plan.expert_parallel)}};
}

}  // namespace

std::int64_t Stage::layer_count() const { return std::accumulate(layers.begin(), layers.end(), std::int64_t{0}); }

bool ends_are_items(ModelSpec const& model, ParallelPlan const& plan, FrameworkTraits const& framework) {
  std::int64_t const chunks = plan.pipeline_parallel * plan.virtual_stages;
  bool const divides_with_ends = model.layer_count % chunks != 0 && (model.layer_count + 2) % chunks == 0;
  return plan.pipeline_parallel > 1 && (framework.embedding_is_a_stage_item || divides_with_ends);
}

std::vector<Stage> stage_layout(ModelSpec const& model, ParallelPlan const& plan, FrameworkTraits const& framework) {
  auto const order = layer_order(model);
  std::size_t const kind_count = order.empty() ? 0 : *std::max_element(order.begin(), order.end()) + 1;
  std::int64_t const stage_count = plan.pipeline_parallel;
  bool const with_ends = ends_are_items(model, plan, framework);
  std::int64_t const items = model.layer_count + (with_ends ? 2 : 0);

  std::vector<Stage> stages(static_cast<std::size_t>(stage_count));
  stages.front().has_embedding = true;
  stages.back().has_head = true;
  auto layer = order.begin();
  for (std::int64_t index = 0; index < stage_count; ++index) {
    Stage& stage = stages[static_cast<std::size_t>(index)];
    stage.layers.assign(kind_count, 0);
    std::int64_t count = items / stage_count + (index < items % stage_count ? 1 : 0);
    if (with_ends) count -= (stage.has_embedding ? 1 : 0) + (stage.has_head ? 1 : 0);
    for (; count > 0 && layer != order.end(); --count) ++stage.layers[*layer++];
  }
  return stages;
}

ParameterParts parameter_parts(ModelSpec const& model) {
  auto const count = count_parameters(model);
  ParameterParts parts;
  parts.embedding = count.embedding;
  parts.head = static_cast<double>(model.vocabulary_size) * static_cast<double>(model.hidden_size);
  parts.largest_matrix = parts.head;
  for (LayerKind const& kind : layer_kinds(model)) {
    parts.kinds.push_back(layer_parameters(model, kind));
    for (Linear const& linear : describe_layer(model, kind).linears)
      if (linear.part != LinearPart::expert) parts.largest_matrix = std::max(parts.largest_matrix, linear.parameters());
  }
  if (model.multi_token_modules > 0) {
    auto const modules = static_cast<double>(model.multi_token_modules);
    auto const layer = layer_parameters(model, last_layer_kind(model));
    auto const input = layer_parameters(describe_multi_token_input(model));
    parts.multi_token = {modules * (layer.dense + input.dense), modules * layer.experts,
                         modules * (layer.replicated + input.replicated)};
  }
  parts.tied = model.tied_embeddings;
  return parts;
}

DeviceParameters device_parameters(LayerParameters const& whole, ParallelPlan const& plan) {
  return {whole.dense / static_cast<double>(plan.tensor_parallel) + whole.replicated,
          whole.experts / static_cast<double>(plan.expert_parallel * plan.expert_tensor_parallel)};
}

std::vector<LayerParameters> adapter_parts(TrainingJob const& job, ParallelPlan const& plan) {
  std::vector<LayerParameters> parts;
  if (!job.lora) return parts;
  LayerShards const shards{plan.tensor_parallel, plan.expert_tensor_parallel};
  for (LayerKind const& kind : layer_kinds(job.model))
    parts.push_back(adapter_parameters(*job.lora, describe_layer(job.model, kind, shards)));
  return parts;
}

StageParameters one_layer_parameters(ParameterParts const& parts, std::size_t kind, ParallelPlan const& plan) {
  LayerParameters const adapters = parts.adapters.empty() ? LayerParameters{} : parts.adapters[kind];
  return on_device(parts, parts.kinds[kind], adapters, plan);
}

double end_parameters(ParameterParts const& parts, Stage const& stage) {
  bool const shares_embedding = parts.tied && stage.has_embedding;
  return (stage.has_embedding ? parts.embedding : 0) + (stage.has_head && !shares_embedding ? parts.head : 0);
}

StageParameters stage_parameters(ParameterParts const& parts, Stage const& stage, ParallelPlan const& plan) {
  LayerParameters sum;
  LayerParameters adapters;
  for (std::size_t kind = 0; kind < stage.layers.size(); ++kind) {
    auto const layers = static_cast<double>(stage.layers[kind]);
    sum = sum + layers * parts.kinds[kind];
    if (!parts.adapters.empty()) adapters = adapters + layers * parts.adapters[kind];
  }
  sum.dense += end_parameters(parts, stage);
  if (stage.has_head) sum = sum + parts.multi_token;
  return on_device(parts, sum, adapters, plan);
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#include "advisor/models/built_in_models.hpp"

#include <iterator>

namespace hpcadvise::advisor {
namespace {

ModelSpec sized(std::string_view name, std::string_view family, ModelDimensions const& size, std::string_view source) {
  ModelSpec model;
  model.name = name;
  model.family = family;
  model.layer_count = size.layers;
  model.hidden_size = size.hidden;
  model.ffn_size = size.ffn;
  model.head_count = size.heads;
  model.kv_head_count = size.kv_heads;
  model.head_size = size.head_size > 0 ? size.head_size : size.hidden / size.heads;
  model.vocabulary_size = size.vocabulary;
  model.max_sequence_length = size.max_sequence;
  model.source = source;
  return model;
}

}  // namespace

ModelSpec llama_like(std::string_view name, ModelDimensions const& size, std::string_view source) {
  ModelSpec model = sized(name, "llama", size, source);
  model.gated_ffn = true;
  return model;
}

ModelSpec gpt_like(std::string_view name, ModelDimensions const& size, std::string_view source) {
  ModelSpec model = sized(name, "gpt2", size, source);
  model.biases = biases_in_layers;
  model.layer_norm = true;
  model.tied_embeddings = true;
  model.positions = PositionKind::learned;
  return model;
}

std::vector<ModelSpec> built_in_models() {
  auto models = dense_models();
  auto mixtures = mixture_models();
  models.insert(models.end(), std::move_iterator(mixtures.begin()), std::move_iterator(mixtures.end()));
  return models;
}

}  // namespace hpcadvise::advisor

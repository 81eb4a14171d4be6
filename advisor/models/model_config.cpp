// SPDX-License-Identifier: Apache-2.0
// Hugging Face config.json -> ModelSpec.
#include "advisor/model_library.hpp"
#include "advisor/models/architecture.hpp"
#include "profiles/json_text.hpp"
#include "profiles/nearest_name.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

namespace hpcadvise::advisor {
namespace {

using profiles::JsonNode;

std::vector<std::string> known_types() {
  std::vector<std::string> types;
  for (Architecture const& architecture : all_architectures()) types.emplace_back(architecture.model_type);
  return types;
}

Architecture const& architecture_of(JsonNode const& config) {
  auto const node = config_value(config, {"model_type"});
  if (!node)
    config.fail("not a Hugging Face model configuration: the key 'model_type' is missing",
                "name the model's own config.json, or a built-in model");
  std::string const type = node->text();
  for (Architecture const& architecture : all_architectures())
    if (architecture.model_type == type) return architecture;
  auto const nearest = profiles::nearest_name(type, known_types());
  node->fail(fmt::format("the architecture '{}' is not described", type),
             fmt::format("{}known are {}", nearest ? fmt::format("nearest is '{}'; ", *nearest) : "",
                         fmt::join(known_types(), ", ")));
}

std::int64_t required(JsonNode const& config, ConfigKey const& key) {
  if (auto const value = config_value(config, key)) return dimension(*value);
  config.fail(fmt::format("the key '{}' is missing", key.name));
}

std::int64_t optional(JsonNode const& config, ConfigKey const& key, std::int64_t otherwise) {
  auto const value = config_value(config, key);
  return value ? dimension(*value) : otherwise;
}

std::int64_t ffn_size(JsonNode const& config, Architecture const& architecture, std::int64_t hidden_size) {
  if (architecture.ffn_multiple == 0) return required(config, architecture.ffn);
  return optional(config, architecture.ffn, architecture.ffn_multiple * hidden_size);
}

std::int64_t head_size(JsonNode const& config, Architecture const& architecture, ModelSpec const& model) {
  if (auto const value = config_value(config, architecture.head_size)) return dimension(*value);
  if (model.hidden_size % model.head_count != 0)
    config_value(config, architecture.heads)
        ->fail(fmt::format("{} = {} does not divide {} = {}, and no head size is given", architecture.heads.name,
                           model.head_count, architecture.hidden.name, model.hidden_size));
  return model.hidden_size / model.head_count;
}

// A config.json is named by the folder it lies in.
std::string name_of(std::filesystem::path const& file) {
  if (file.filename() != "config.json") return file.stem().string();
  return std::filesystem::absolute(file).parent_path().filename().string();
}

ModelSpec model_from_root(JsonNode const& config, std::filesystem::path const& file) {
  Architecture const& architecture = architecture_of(config);
  ModelSpec model;
  model.name = name_of(file);
  model.family = architecture.model_type;
  model.source = file.string();
  model.layer_count = required(config, architecture.layers);
  model.hidden_size = required(config, architecture.hidden);
  model.head_count = required(config, architecture.heads);
  model.kv_head_count = optional(config, architecture.kv_heads, model.head_count);
  model.head_size = head_size(config, architecture, model);
  model.ffn_size = ffn_size(config, architecture, model.hidden_size);
  model.vocabulary_size = required(config, {"vocab_size"});
  model.max_sequence_length = optional(config, architecture.max_sequence, 0);
  model.gated_ffn = architecture.gated_ffn;
  model.biases = architecture.biases;
  model.layer_norm = architecture.layer_norm;
  model.positions = architecture.positions;
  auto const tied = config_value(config, {"tie_word_embeddings"});
  model.tied_embeddings = tied ? tied->boolean() : architecture.tied_embeddings;
  if (architecture.refine != nullptr) architecture.refine(config, model);

  if (model.head_count % model.kv_head_count != 0)
    config_value(config, architecture.heads)
        ->fail(fmt::format("{} key-value heads do not divide {} heads", model.kv_head_count, model.head_count));
  return model;
}

}  // namespace

ModelSpec model_from_config(std::string_view text, std::filesystem::path const& file) {
  ModelSpec model;
  profiles::read_json(text, file, "compare it with the config.json that the model was published with",
                      [&](JsonNode const& root) { model = model_from_root(root, file); });
  return model;
}

}  // namespace hpcadvise::advisor

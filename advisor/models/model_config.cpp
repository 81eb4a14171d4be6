// SPDX-License-Identifier: Apache-2.0
// Hugging Face config.json -> ModelSpec.
#include "advisor/models/model_config.hpp"

#include "advisor/models/architecture.hpp"
#include "advisor/models/config_value.hpp"
#include "profiles/nearest_name.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace hpcadvise::advisor {
namespace {

using profiles::JsonNode;

std::vector<std::string> known_types() {
  std::vector<std::string> types;
  for (Architecture const& architecture : all_architectures()) types.emplace_back(architecture.model_type);
  return types;
}

std::optional<JsonNode> value_of(JsonNode const& config, ConfigKey const& key) {
  auto value = config_value(config, key.name);
  return value ? value : config_value(config, key.other);
}

std::int64_t required(JsonNode const& config, ConfigKey const& key) {
  if (auto const value = value_of(config, key)) return dimension(*value);
  if (key.otherwise > 0) return key.otherwise;
  config.fail(fmt::format("the key '{}' is missing", key.name));
}

std::int64_t optional(JsonNode const& config, ConfigKey const& key, std::int64_t otherwise) {
  auto const value = value_of(config, key);
  if (value) return dimension(*value);
  return key.otherwise > 0 ? key.otherwise : otherwise;
}

// "qwen3" for "qwen3_next", "deepseek_v3" for "deepseek_v32": a later one of a family that is described.
std::string_view earlier_type(std::string_view type) {
  std::string_view longest;
  for (Architecture const& architecture : all_architectures())
    if (type.starts_with(architecture.model_type) && architecture.model_type.size() > longest.size())
      longest = architecture.model_type;
  return longest;
}

// By its name, or by the names of its dimensions; nothing where none is near.
std::optional<std::string> nearest_type(std::string const& type, JsonNode const& config) {
  if (auto const earlier = earlier_type(type); !earlier.empty()) return std::string(earlier);
  if (auto nearest = profiles::nearest_name(type, known_types())) return nearest;
  auto const all = all_architectures();
  auto const alike = std::find_if(all.begin(), all.end(), [&](Architecture const& architecture) {
    return value_of(config, architecture.layers) && value_of(config, architecture.hidden) &&
           value_of(config, architecture.heads);
  });
  if (alike == all.end()) return std::nullopt;
  return std::string(alike->model_type);
}

std::string other_ways(std::string const& type, JsonNode const& config) {
  auto const known = fmt::format("known are {}", fmt::join(known_types(), ", "));
  auto const nearest = nearest_type(type, config);
  if (!nearest)
    return fmt::format("none that is described is near: list its operators, docs/model_format.md; {}", known);
  return fmt::format("nearest is '{}'; {}; or list its operators: docs/model_format.md", *nearest, known);
}

Architecture const* find_architecture(std::string_view type) {
  auto const all = all_architectures();
  auto const found = std::find_if(all.begin(), all.end(),
                                  [&](Architecture const& architecture) { return architecture.model_type == type; });
  return found == all.end() ? nullptr : &*found;
}

JsonNode model_type_of(JsonNode const& config) {
  if (auto const node = config_value(config, "model_type")) return *node;
  config.fail("not a Hugging Face model configuration: the key 'model_type' is missing",
              "name the model's own config.json, a file as docs/model_format.md describes, or a built-in model");
}

Architecture const& architecture_of(JsonNode const& config) {
  auto const node = model_type_of(config);
  std::string const type = node.text();
  if (auto const* architecture = find_architecture(type)) return *architecture;
  node.fail(fmt::format("the architecture '{}' is not described", type), other_ways(type, config));
}

// Of a model that sees or hears as well, the part that reads.
JsonNode text_part(JsonNode const& root) {
  if (find_architecture(model_type_of(root).text()) != nullptr) return root;
  return config_value(root, "text_config").value_or(root);
}

std::int64_t ffn_size(JsonNode const& config, Architecture const& architecture, std::int64_t hidden_size) {
  if (architecture.ffn_multiple == 0) return required(config, architecture.ffn);
  return optional(config, architecture.ffn, architecture.ffn_multiple * hidden_size);
}

std::int64_t head_size(JsonNode const& config, Architecture const& architecture, ModelSpec const& model) {
  bool const is_divided = model.hidden_size % model.head_count == 0;
  std::int64_t const size =
      optional(config, architecture.head_size, is_divided ? model.hidden_size / model.head_count : 0);
  bool const has_own_sizes = architecture.head_size.name.empty();
  if (size == 0 && !has_own_sizes)
    value_of(config, architecture.heads)
        ->fail(fmt::format("{} = {} does not divide {} = {}, and no head size is given", architecture.heads.name,
                           model.head_count, architecture.hidden.name, model.hidden_size));
  return size;
}

std::int64_t layer_count(JsonNode const& config, Architecture const& architecture) {
  constexpr std::int64_t most_layers = 100'000;
  std::int64_t const layers = required(config, architecture.layers);
  if (layers > most_layers)
    value_of(config, architecture.layers)->fail(fmt::format("{} layers: more than {}", layers, most_layers));
  return layers;
}

// A config.json is named by the folder it lies in.
std::string name_of(std::filesystem::path const& file) {
  if (file.filename() != "config.json") return file.stem().string();
  return std::filesystem::absolute(file).lexically_normal().parent_path().filename().string();
}

void check_heads(JsonNode const& config, Architecture const& architecture, ModelSpec const& model) {
  if (model.head_count % model.kv_head_count == 0) return;
  auto const said = value_of(config, architecture.kv_heads);
  (said ? said : value_of(config, architecture.heads))
      .value_or(config)
      .fail(fmt::format("{} key-value heads do not divide {} heads", model.kv_head_count, model.head_count));
}

}  // namespace

ModelSpec model_from_config(JsonNode const& root, std::filesystem::path const& file) {
  JsonNode const config = text_part(root);
  Architecture const& architecture = architecture_of(config);
  ModelSpec model;
  model.name = name_of(file);
  model.family = architecture.model_type;
  model.source = file.string();
  model.layer_count = layer_count(config, architecture);
  model.hidden_size = required(config, architecture.hidden);
  model.head_count = required(config, architecture.heads);
  model.kv_head_count = optional(config, architecture.kv_heads, model.head_count);
  model.head_size = head_size(config, architecture, model);
  model.ffn_size = ffn_size(config, architecture, model.hidden_size);
  model.vocabulary_size = required(config, architecture.vocabulary);
  model.max_sequence_length = optional(config, architecture.max_sequence, 0);
  model.gated_ffn = architecture.gated_ffn;
  model.parallel_blocks = architecture.parallel_blocks;
  model.biases = architecture.biases;
  model.layer_norm = architecture.layer_norm;
  model.norms_per_layer = architecture.norms_per_layer;
  model.query_key_norm = architecture.query_key_norm;
  model.positions = architecture.positions;
  model.tied_embeddings = config_flag(config, "tie_word_embeddings", architecture.tied_embeddings);
  if (architecture.refine != nullptr) architecture.refine(config, model);
  check_heads(config, architecture, model);
  return model;
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#include "advisor/models/model_file.hpp"

#include "advisor/models/config_value.hpp"
#include "advisor/models/operator_layer_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <array>
#include <numeric>
#include <optional>

namespace hpcadvise::advisor {
namespace {

using profiles::JsonNode;

constexpr std::int64_t newest_version = 1;

std::optional<PositionKind> positions_from_string(std::string_view name) {
  if (name == "rotary") return PositionKind::rotary;
  if (name == "learned") return PositionKind::learned;
  if (name == "alibi") return PositionKind::alibi;
  if (name == "none") return PositionKind::none;
  return std::nullopt;
}

// What a plan must divide: heads that every attention of the model has in common.
void set_common_heads(ModelSpec& model) {
  for (OperatorLayer const& layer : model.operator_layers) {
    if (!layer.attention) continue;
    model.head_count = std::gcd(model.head_count, layer.attention->head_count);
    model.kv_head_count = std::gcd(model.kv_head_count, layer.attention->kv_head_count);
    model.head_size = layer.attention->head_size;
  }
}

void read_layers(JsonNode const& layers, ModelSpec& model) {
  constexpr std::int64_t most_layers = 100'000;
  for (JsonNode const& layer : layers.elements()) {
    model.operator_layers.push_back(operator_layer_from(layer));
    model.layer_count += model.operator_layers.back().count;
    if (model.layer_count > most_layers) layers.fail(fmt::format("more than {} layers", most_layers));
  }
  if (model.operator_layers.empty()) layers.fail("a model needs at least one layer");
  set_common_heads(model);
}

}  // namespace

bool is_model_file(JsonNode const& root) { return root.find("schema_version") && !root.find("model_type"); }

ModelSpec model_from_file(JsonNode const& root, std::filesystem::path const& file) {
  static constexpr std::array<std::string_view, 10> keys{
      "schema_version",      "name",      "source",          "vocabulary_size", "hidden_size",
      "max_sequence_length", "positions", "tied_embeddings", "gated_ffn",       "layers"};
  root.at("schema_version").integer(1, newest_version);
  refuse_unknown_keys(root, keys);
  ModelSpec model;
  model.name = root.find("name") ? root.at("name").text() : file.stem().string();
  model.family = "operators";
  model.source = root.find("source") ? root.at("source").text() : file.string();
  model.vocabulary_size = dimension(root.at("vocabulary_size"));
  model.hidden_size = dimension(root.at("hidden_size"));
  model.max_sequence_length = config_dimension(root, "max_sequence_length", 0);
  if (auto const positions = root.find("positions")) model.positions = positions->one_of(positions_from_string);
  if (model.positions == PositionKind::learned && model.max_sequence_length == 0)
    root.at("positions").fail("learned positions need max_sequence_length");
  model.tied_embeddings = config_flag(root, "tied_embeddings", false);
  model.gated_ffn = config_flag(root, "gated_ffn", false);
  read_layers(root.at("layers"), model);
  return model;
}

}  // namespace hpcadvise::advisor

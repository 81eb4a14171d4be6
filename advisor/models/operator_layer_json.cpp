// SPDX-License-Identifier: Apache-2.0
#include "advisor/models/operator_layer_json.hpp"

#include "advisor/models/config_value.hpp"
#include "profiles/nearest_name.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace hpcadvise::advisor {
namespace {

using profiles::JsonNode;

std::optional<MatrixCut> cut_from_string(std::string_view name) {
  if (name == "columns") return MatrixCut::columns;
  if (name == "rows") return MatrixCut::rows;
  if (name == "none") return MatrixCut::none;
  return std::nullopt;
}

// What a file may say; the other parts follow from where an operator stands.
std::optional<LinearPart> part_from_string(std::string_view name) {
  if (name == "attention") return LinearPart::attention;
  if (name == "ffn") return LinearPart::ffn;
  if (name == "router") return LinearPart::router;
  return std::nullopt;
}

OperatorLinear linear_from(JsonNode const& node) {
  static constexpr std::array<std::string_view, 7> keys{"operator", "name", "inputs", "outputs", "cut", "part", "bias"};
  refuse_unknown_keys(node, keys);
  OperatorLinear linear;
  linear.name = node.at("name").text();
  linear.inputs = dimension(node.at("inputs"));
  linear.outputs = dimension(node.at("outputs"));
  if (auto const cut = node.find("cut")) linear.cut = cut->one_of(cut_from_string);
  if (auto const part = node.find("part")) linear.part = part->one_of(part_from_string);
  if (auto const bias = node.find("bias")) linear.bias = bias->boolean();
  return linear;
}

OperatorAttention attention_from(JsonNode const& node) {
  static constexpr std::array<std::string_view, 7> keys{"operator",        "heads",  "kv_heads", "head_size",
                                                        "value_head_size", "window", "causal"};
  refuse_unknown_keys(node, keys);
  OperatorAttention attention;
  attention.head_count = dimension(node.at("heads"));
  attention.kv_head_count = config_dimension(node, "kv_heads", attention.head_count);
  attention.head_size = dimension(node.at("head_size"));
  attention.value_head_size = config_dimension(node, "value_head_size", attention.head_size);
  attention.window = config_dimension(node, "window", 0);
  attention.causal = config_flag(node, "causal", true);
  if (attention.head_count % attention.kv_head_count != 0)
    node.at("kv_heads")
        .fail(fmt::format("{} key-value heads do not divide {} heads", attention.kv_head_count, attention.head_count));
  return attention;
}

OperatorExperts experts_from(JsonNode const& node) {
  static constexpr std::array<std::string_view, 4> keys{"operator", "experts", "experts_per_token", "linears"};
  refuse_unknown_keys(node, keys);
  constexpr int most_experts = 1'000'000;
  OperatorExperts experts;
  experts.expert_count = int(node.at("experts").integer(1, most_experts));
  auto const per_token = node.at("experts_per_token");
  experts.experts_per_token = int(per_token.integer(1, most_experts));
  if (experts.experts_per_token > experts.expert_count)
    per_token.fail(fmt::format("{} for a token of {}", profiles::format_counted(experts.experts_per_token, "expert"),
                               experts.expert_count));
  for (JsonNode const& linear : node.at("linears").elements()) {
    experts.linears.push_back(linear_from(linear));
    experts.linears.back().part = LinearPart::expert;
  }
  if (experts.linears.empty()) node.at("linears").fail("an expert needs at least one matrix");
  return experts;
}

double amount(JsonNode const& node) {
  constexpr double largest = 1e15;
  double const value = node.number_from(0);
  if (value > largest) node.fail(fmt::format("expected at most {:g}, found {:g}", largest, value));
  return value;
}

void add_elementwise(JsonNode const& node, OperatorLayer& layer) {
  static constexpr std::array<std::string_view, 4> keys{"operator", "name", "elements", "parameters"};
  refuse_unknown_keys(node, keys);
  layer.elementwise_elements += amount(node.at("elements"));
  if (auto const parameters = node.find("parameters")) layer.other_parameters += amount(*parameters);
}

void add_operator(JsonNode const& node, OperatorLayer& layer) {
  auto const kind = node.at("operator");
  std::string const name = kind.text();
  if (name == "linear") {
    layer.linears.push_back(linear_from(node));
  } else if (name == "attention") {
    if (layer.attention) kind.fail("a layer has one attention", "make it two layers");
    layer.attention = attention_from(node);
  } else if (name == "experts") {
    if (layer.experts) kind.fail("a layer has one group of experts", "make it two layers");
    layer.experts = experts_from(node);
  } else if (name == "elementwise") {
    add_elementwise(node, layer);
  } else {
    kind.fail(fmt::format("unknown operator '{}'", name), "known are linear, attention, experts, elementwise");
  }
}

}  // namespace

void refuse_unknown_keys(JsonNode const& node, std::span<std::string_view const> known) {
  for (auto const& [key, value] : node.members()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    auto const nearest = profiles::nearest_name(key, {known.begin(), known.end()});
    value.fail(fmt::format("unknown key '{}'", key), nearest ? fmt::format("did you mean '{}'?", *nearest)
                                                             : fmt::format("known are {}", fmt::join(known, ", ")));
  }
}

OperatorLayer operator_layer_from(JsonNode const& node) {
  static constexpr std::array<std::string_view, 2> keys{"count", "operators"};
  refuse_unknown_keys(node, keys);
  constexpr std::int64_t most_layers = 100'000;
  OperatorLayer layer;
  if (auto const count = node.find("count")) layer.count = count->integer(1, most_layers);
  for (JsonNode const& each : node.at("operators").elements()) add_operator(each, layer);
  if (layer.linears.empty() && !layer.experts) node.at("operators").fail("a layer needs at least one matrix");
  return layer;
}

}  // namespace hpcadvise::advisor

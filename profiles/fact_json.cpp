// SPDX-License-Identifier: Apache-2.0
#include "profiles/fact_json.hpp"

#include <nlohmann/json.hpp>

namespace hpcadvise::profiles {
namespace {

template <class Value>
Fact<Value> fact_without_value(JsonNode const& node) {
  Fact<Value> fact;
  JsonNode const source = node.at("source");
  fact.source = source.text();
  if (fact.source.empty()) source.fail("a fact without a source", "say where the value comes from");
  fact.confidence = node.at("confidence").one_of(confidence_from_string);
  fact.note = text_or_empty(node, "note");
  return fact;
}

}  // namespace

bool is_null(JsonNode const& node) { return node.value().is_null(); }

std::string text_or_empty(JsonNode const& object, std::string_view key) {
  auto const node = object.find(key);
  return node ? node->text() : "";
}

Fact<double> number_fact(JsonNode const& node) {
  auto fact = fact_without_value<double>(node);
  if (JsonNode const value = node.at("value"); !is_null(value)) fact.value = value.number_from(0);
  return fact;
}

Fact<std::string> text_fact(JsonNode const& node) {
  auto fact = fact_without_value<std::string>(node);
  if (JsonNode const value = node.at("value"); !is_null(value)) fact.value = value.text();
  return fact;
}

}  // namespace hpcadvise::profiles

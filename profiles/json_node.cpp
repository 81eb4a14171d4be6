// SPDX-License-Identifier: Apache-2.0
#include "profiles/json_node.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace hpcadvise::profiles {
namespace {

// RFC 6901: '~' is written "~0" and '/' is written "~1".
std::string escaped(std::string_view key) {
  std::string token;
  for (char const c : key) {
    if (c == '~')
      token += "~0";
    else if (c == '/')
      token += "~1";
    else
      token += c;
  }
  return token;
}

}  // namespace

JsonNode JsonNode::child(nlohmann::ordered_json const& value, std::string_view key) const {
  return JsonNode(value, pointer_ + "/" + escaped(key));
}

void JsonNode::expect(bool condition, std::string_view wanted) const {
  if (!condition) fail(fmt::format("expected {}, found {}", wanted, value_->type_name()));
}

JsonNode JsonNode::at(std::string_view key) const {
  if (auto member = find(key)) return *std::move(member);
  fail(fmt::format("the key '{}' is missing", key));
}

std::optional<JsonNode> JsonNode::find(std::string_view key) const {
  expect(value_->is_object(), "an object");
  auto const member = value_->find(std::string(key));
  if (member == value_->end()) return std::nullopt;
  return child(*member, key);
}

std::vector<std::pair<std::string, JsonNode>> JsonNode::members() const {
  expect(value_->is_object(), "an object");
  std::vector<std::pair<std::string, JsonNode>> nodes;
  for (auto const& [key, value] : value_->items()) nodes.emplace_back(key, child(value, key));
  return nodes;
}

std::map<std::string, std::string> JsonNode::texts_by_name() const {
  std::map<std::string, std::string> texts;
  for (auto const& [name, node] : members()) texts[name] = node.text();
  return texts;
}

std::map<std::string, double> JsonNode::numbers_by_name() const {
  std::map<std::string, double> numbers;
  for (auto const& [name, node] : members()) numbers[name] = node.number();
  return numbers;
}

std::vector<JsonNode> JsonNode::elements() const {
  expect(value_->is_array(), "an array");
  std::vector<JsonNode> nodes;
  nodes.reserve(value_->size());
  for (auto const& element : *value_) nodes.push_back(child(element, std::to_string(nodes.size())));
  return nodes;
}

std::vector<std::string> JsonNode::texts() const {
  std::vector<std::string> texts;
  for (JsonNode const& node : elements()) texts.push_back(node.text());
  return texts;
}

std::vector<double> JsonNode::numbers_from(double least) const {
  std::vector<double> numbers;
  for (JsonNode const& node : elements()) numbers.push_back(node.number_from(least));
  return numbers;
}

std::string JsonNode::text() const {
  expect(value_->is_string(), "a string");
  return value_->get<std::string>();
}

bool JsonNode::boolean() const {
  expect(value_->is_boolean(), "true or false");
  return value_->get<bool>();
}

std::int64_t JsonNode::integer(std::int64_t least, std::int64_t most) const {
  if (value_->is_number_float()) fail(fmt::format("expected a whole number, found {}", value_->dump()));
  expect(value_->is_number_integer(), "a whole number");
  bool const too_large = value_->is_number_unsigned() &&
                         value_->get<std::uint64_t>() > std::uint64_t(std::numeric_limits<std::int64_t>::max());
  std::int64_t const number = too_large ? 0 : value_->get<std::int64_t>();
  if (too_large || number < least || number > most)
    fail(fmt::format("expected a whole number from {} to {}, found {}", least, most, value_->dump()));
  return number;
}

double JsonNode::number() const {
  expect(value_->is_number(), "a number");
  return value_->get<double>();
}

double JsonNode::number_from(double least) const {
  double const value = number();
  if (value < least) fail(fmt::format("expected a number of at least {}, found {}", least, value));
  return value;
}

}  // namespace hpcadvise::profiles

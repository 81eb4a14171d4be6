// SPDX-License-Identifier: Apache-2.0
#include "advisor/models/config_value.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace hpcadvise::advisor {

using profiles::JsonNode;

std::optional<JsonNode> config_value(JsonNode const& config, std::string_view key) {
  if (key.empty()) return std::nullopt;
  auto value = config.find(key);
  if (value && value->value().is_null()) return std::nullopt;
  return value;
}

bool config_flag(JsonNode const& config, std::string_view key, bool otherwise) {
  auto const value = config_value(config, key);
  return value ? value->boolean() : otherwise;
}

std::int64_t dimension(JsonNode const& value) {
  constexpr std::int64_t largest = 1'000'000'000;
  return value.integer(1, largest);
}

std::int64_t config_dimension(JsonNode const& config, std::string_view key, std::int64_t otherwise) {
  auto const value = config_value(config, key);
  return value ? dimension(*value) : otherwise;
}

std::int64_t needed_dimension(JsonNode const& config, std::string_view key) {
  if (auto const value = config_value(config, key)) return dimension(*value);
  config.fail(fmt::format("the key '{}' is missing", key));
}

}  // namespace hpcadvise::advisor

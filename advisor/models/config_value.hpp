// SPDX-License-Identifier: Apache-2.0
#pragma once

// Values of a config.json. A key that is null counts as absent, as in the configuration classes.

#include "profiles/json_node.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace hpcadvise::advisor {

std::optional<profiles::JsonNode> config_value(profiles::JsonNode const& config, std::string_view key);

bool config_flag(profiles::JsonNode const& config, std::string_view key, bool otherwise);

// From 1 to 1e9: no dimension of a model that anyone trains is larger.
std::int64_t dimension(profiles::JsonNode const& value);
std::int64_t config_dimension(profiles::JsonNode const& config, std::string_view key, std::int64_t otherwise);

// The same, but the key must be there.
std::int64_t needed_dimension(profiles::JsonNode const& config, std::string_view key);

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// Texts that have a form, read from JSON; another is a JsonError that says which form.

#include "profiles/json_node.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace hpcadvise::profiles {

std::string filled_text(JsonNode const& node);    // at least one character
std::string utc_time_text(JsonNode const& node);  // "2026-11-22T13:01:00Z"
std::string hex_text(JsonNode const& node, std::size_t length);
std::string one_of_texts(JsonNode const& node, std::initializer_list<std::string_view> texts);

// "collective", "rank_count".
bool is_identifier(std::string_view text);

}  // namespace hpcadvise::profiles

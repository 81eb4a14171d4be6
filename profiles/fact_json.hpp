// SPDX-License-Identifier: Apache-2.0
#pragma once

// {"value": number, text or null, "source": text, "confidence": word, "note"?: text} -> Fact.

#include "profiles/fact.hpp"
#include "profiles/json_node.hpp"

#include <string>

namespace hpcadvise::profiles {

// Quantities of description files are never negative. Throw JsonError; a fact without a source is one.
Fact<double> number_fact(JsonNode const& node);
Fact<std::string> text_fact(JsonNode const& node);

bool is_null(JsonNode const& node);

// The text of an optional key; empty where it is absent.
std::string text_or_empty(JsonNode const& object, std::string_view key);

}  // namespace hpcadvise::profiles

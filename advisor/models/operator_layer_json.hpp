// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "advisor/operator_layer.hpp"
#include "profiles/json_node.hpp"

#include <span>
#include <string_view>

namespace hpcadvise::advisor {

// One entry of "layers" in a model file (docs/model_format.md). Throws JsonError.
OperatorLayer operator_layer_from(profiles::JsonNode const& node);

// Throws JsonError for a key that is not in `known`, at its place and with the nearest one.
void refuse_unknown_keys(profiles::JsonNode const& node, std::span<std::string_view const> known);

}  // namespace hpcadvise::advisor

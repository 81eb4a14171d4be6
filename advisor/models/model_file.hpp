// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "advisor/model_spec.hpp"
#include "profiles/json_node.hpp"

#include <filesystem>

namespace hpcadvise::advisor {

// Our own files say which version of the format they follow; a config.json does not.
bool is_model_file(profiles::JsonNode const& root);

// From the root of a model file, layer by layer and operator by operator (docs/model_format.md). Throws JsonError.
ModelSpec model_from_file(profiles::JsonNode const& root, std::filesystem::path const& file);

}  // namespace hpcadvise::advisor

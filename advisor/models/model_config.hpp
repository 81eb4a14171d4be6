// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "advisor/model_spec.hpp"
#include "profiles/json_node.hpp"

#include <filesystem>

namespace hpcadvise::advisor {

// From the root of a Hugging Face config.json. The model is named by `file`. Throws JsonError.
ModelSpec model_from_config(profiles::JsonNode const& root, std::filesystem::path const& file);

}  // namespace hpcadvise::advisor

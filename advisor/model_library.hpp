// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where a ModelSpec comes from: a built-in name, a Hugging Face config.json, or our own file.

#include "advisor/model_spec.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::advisor {

std::vector<std::string> model_names();

// Throws UsageError naming the nearest known model.
ModelSpec built_in_model(std::string_view name);

// From the text of a Hugging Face config.json or of a model file (docs/model_format.md). Throws FileError with the JSON
// pointer of the missing, wrong or contradictory key; an unknown model_type names the nearest one known.
ModelSpec model_from_text(std::string_view text, std::filesystem::path const& file);

// `--model`: an existing file or a built-in name.
ModelSpec find_model(std::string_view name_or_path);

}  // namespace hpcadvise::advisor

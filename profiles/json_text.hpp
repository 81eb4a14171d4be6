// SPDX-License-Identifier: Apache-2.0
#pragma once

// JSON values from and to text, for files that people made and may have broken.

#include "profiles/json_node.hpp"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace hpcadvise::profiles {

// Parses `text` and hands its root to `read`. Throws FileError: with line and column for malformed, truncated, too
// large (256 MiB) or too deeply nested (64) text; with the JSON pointer for a JsonError of `read`. `next_step` is what
// to do where the error itself does not say.
void read_json(std::string_view text, std::filesystem::path const& file, std::string const& next_step,
               std::function<void(JsonNode const& root)> const& read);

// Two spaces a level; what fits into 100 columns and every array of numbers stands on one line; ends in a newline.
// Numbers have the fewest digits that read back the same. Bytes that are not UTF-8 become U+FFFD. A number that is not
// finite is a bug: throws std::logic_error with its JSON pointer.
std::string print_json(nlohmann::ordered_json const& value);

}  // namespace hpcadvise::profiles

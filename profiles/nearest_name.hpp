// SPDX-License-Identifier: Apache-2.0
#pragma once

// "Did you mean": the known name nearest to what was typed.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::profiles {

// By edit distance, case ignored, at most a third of the longer name; else the first that begins with what was typed.
std::optional<std::string> nearest_name(std::string_view typed, std::vector<std::string> const& known);

// "did you mean 'lumi-g'? Known: leonardo-booster, lumi-g", or what is known alone.
std::string known_names(std::string_view typed, std::vector<std::string> const& known);

}  // namespace hpcadvise::profiles

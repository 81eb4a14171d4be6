// SPDX-License-Identifier: Apache-2.0
#pragma once

// "Did you mean": the known names nearest to what was typed.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::profiles {

// At most three, the nearest first, case ignored: names that begin with what was typed; else that contain it; else of
// the fewest edits, at most a third of the longer name; else that begin with the same parts ("llama-3-"). Edits never
// make another number of a number: an mi430x is not an mi300x, nor llama-2-7b llama-3-7b.
std::vector<std::string> nearest_names(std::string_view typed, std::vector<std::string> const& known);
std::optional<std::string> nearest_name(std::string_view typed, std::vector<std::string> const& known);

// "did you mean 'h100-sxm-64gb' or 'h100-sxm-80gb'?"; empty where none is near.
std::string did_you_mean(std::string_view typed, std::vector<std::string> const& known);

// "did you mean 'lumi-g'? Known: leonardo-booster, lumi-g", or what is known alone.
std::string known_names(std::string_view typed, std::vector<std::string> const& known);

}  // namespace hpcadvise::profiles

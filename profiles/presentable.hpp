// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <string>

namespace hpcadvise::profiles {

// What a file or another program says, for a terminal, which would obey control characters: they become '?', line ends
// and tabs a blank, and what is longer than `most_bytes` ends there in "...".
std::string presentable(std::string text, std::size_t most_bytes = std::numeric_limits<std::size_t>::max());

}  // namespace hpcadvise::profiles

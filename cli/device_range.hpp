// SPDX-License-Identifier: Apache-2.0
#pragma once

// `--devices`: one count, or a range that is swept.

#include <cstdint>
#include <string_view>
#include <vector>

namespace hpcadvise::cli {

// "64" -> {64}; "8..1024" -> {8, 16, 32, ... 1024}: doubled each time, the end always included.
// Throws UsageError: not a number, below 1, an end below its start.
std::vector<std::int64_t> device_counts(std::string_view text);

}  // namespace hpcadvise::cli

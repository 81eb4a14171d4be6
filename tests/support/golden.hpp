// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whole outputs against tests/golden/<name>. HPCADVISE_ACCEPT_GOLDEN=1 writes what was printed instead: look at the
// difference with git before committing it.

#include <string>
#include <string_view>

namespace hpcadvise::tests {

// Empty when equal, else the first line that differs, or that the file was written or is missing.
std::string golden_difference(std::string_view name, std::string_view text);

}  // namespace hpcadvise::tests

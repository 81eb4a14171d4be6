// SPDX-License-Identifier: Apache-2.0
#pragma once

// The checksum that says which bytes a number came from.

#include <string>
#include <string_view>

namespace hpcadvise::profiles {

// SHA-256 (FIPS 180-4) as 64 lower-case hexadecimal digits.
std::string sha256(std::string_view bytes);

}  // namespace hpcadvise::profiles

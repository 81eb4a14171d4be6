// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace hpcadvise::advisor {

// Of the multiples of `unit`, from one of it on.
inline std::int64_t nearest_multiple(double value, std::int64_t unit) {
  return std::max<std::int64_t>(1, std::llround(value / static_cast<double>(unit))) * unit;
}

}  // namespace hpcadvise::advisor

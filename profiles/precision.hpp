// SPDX-License-Identifier: Apache-2.0
#pragma once

// Number formats of matrix work, by the names that frameworks use.

#include <optional>
#include <string_view>

namespace hpcadvise::profiles {

enum class Precision { fp64, fp32, tf32, bf16, fp16, fp8 };

std::string_view to_string(Precision precision);
std::optional<Precision> precision_from_string(std::string_view name);

// Storage of one element: tf32 is stored as fp32.
constexpr int bytes_per_element(Precision precision) {
  switch (precision) {
    case Precision::fp64: return 8;
    case Precision::fp32:
    case Precision::tf32: return 4;
    case Precision::bf16:
    case Precision::fp16: return 2;
    case Precision::fp8: return 1;
  }
  return 0;
}

}  // namespace hpcadvise::profiles

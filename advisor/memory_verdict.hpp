// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether an estimate of memory is a promise: one judgement for every command.

#include "advisor/memory_estimate.hpp"

#include <string>
#include <string_view>

namespace hpcadvise::advisor {

enum class MemoryVerdict {
  roomy,      // leaves a tenth of the memory free (constants::roomy_share)
  crowded,    // fits, but by less than this estimate is off by
  tight,      // fits when the allocator gives back what it likes to hold
  too_large,  // does not fit
};
MemoryVerdict memory_verdict(MemoryEstimate const& memory);
std::string_view to_string(MemoryVerdict verdict);

// What the verdict means, with the least that the plan needs where that matters; empty for a roomy one.
std::string memory_caveat(MemoryEstimate const& memory);

// The verdict is not roomy, from two figures. A search knows no others.
bool crowded(double memory_bytes, double capacity_bytes);

}  // namespace hpcadvise::advisor

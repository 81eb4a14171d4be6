// SPDX-License-Identifier: Apache-2.0
#pragma once

// Why a device runs slower than it could, as bits of its driver and as readings of a sample: "throttled" is 1 or 0,
// and each reason that holds is there with a 1.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace hpcadvise::probes::runner {

struct ThrottleBits {
  std::uint64_t bits;
  std::string_view reading;  // "throttle_thermal"; empty for what does not slow a busy device
};

// The tables of the two makers.
std::span<ThrottleBits const> nvidia_throttle_bits();
std::span<ThrottleBits const> amd_throttle_bits();

// Bits that are in no row count as "throttle_other".
void add_throttle_readings(std::uint64_t bits, std::span<ThrottleBits const> table,
                           std::map<std::string, double>& readings);

}  // namespace hpcadvise::probes::runner

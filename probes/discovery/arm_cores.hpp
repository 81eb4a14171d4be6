// SPDX-License-Identifier: Apache-2.0
#pragma once

// Arm cores say numbers, not names.

#include <string_view>

namespace hpcadvise::probes {

struct ArmCore {
  std::string_view implementer;  // as in /proc/cpuinfo: "0x41"
  std::string_view part;         // "0xd4f"
  std::string_view name;
  int simd_bits_per_cycle;  // of fused multiply-adds: pipes times width
};

// Nothing if it is not in the table.
ArmCore const* find_arm_core(std::string_view implementer, std::string_view part);
ArmCore const* find_arm_core(std::string_view name);

}  // namespace hpcadvise::probes

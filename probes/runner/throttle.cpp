// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/throttle.hpp"

namespace hpcadvise::probes::runner {

// NVML API Reference, nvmlClocksEventReasons.
std::span<ThrottleBits const> nvidia_throttle_bits() {
  static constexpr ThrottleBits rows[] = {
      {0x001, ""},                        // nvmlClocksEventReasonGpuIdle
      {0x002, "throttle_clock_setting"},  // nvmlClocksEventReasonApplicationsClocksSetting
      {0x004, "throttle_power_cap"},      // nvmlClocksEventReasonSwPowerCap
      {0x008, "throttle_hardware"},       // nvmlClocksEventReasonHwSlowdown
      {0x010, "throttle_sync_boost"},     // nvmlClocksEventReasonSyncBoost
      {0x060, "throttle_thermal"},        // nvmlClocksEventReasonSwThermalSlowdown, HwThermalSlowdown
      {0x080, "throttle_power_brake"},    // nvmlClocksEventReasonHwPowerBrakeSlowdown
      {0x100, "throttle_clock_setting"},  // nvmlClocksEventReasonDisplayClockSetting
  };
  return rows;
}

// drivers/gpu/drm/amd/pm/swsmu/inc/amdgpu_smu.h, SMU_THROTTLER_*_BIT: 16 bits a kind.
std::span<ThrottleBits const> amd_throttle_bits() {
  static constexpr ThrottleBits rows[] = {
      {0xffffull, "throttle_power_cap"},
      {0xffffull << 16, "throttle_current"},
      {0xffffull << 32, "throttle_thermal"},
  };
  return rows;
}

void add_throttle_readings(std::uint64_t bits, std::span<ThrottleBits const> table,
                           std::map<std::string, double>& readings) {
  readings["throttled"] = 0;
  auto const hold = [&](std::string_view reading) {
    readings["throttled"] = 1;
    readings[std::string(reading)] = 1;
  };
  for (auto const& row : table) {
    if ((bits & row.bits) != 0 && !row.reading.empty()) hold(row.reading);
    bits &= ~row.bits;
  }
  if (bits != 0) hold("throttle_other");
}

}  // namespace hpcadvise::probes::runner

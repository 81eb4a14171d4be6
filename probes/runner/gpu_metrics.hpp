// SPDX-License-Identifier: Apache-2.0
#pragma once

// The table that amdgpu shows of a device's firmware, /sys/bus/pci/devices/*/gpu_metrics.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace hpcadvise::probes::runner {

struct GpuMetrics {
  std::optional<double> energy_j;              // so far; of an MI250X that of the module, by its first GCD
  std::optional<std::uint64_t> throttle_bits;  // of all of AMD's devices alike: amd_throttle_bits
  std::string reason;                          // why either is absent
};

// Of version 1.3 alone, that of an MI250X (drivers/gpu/drm/amd/include/kgd_pp_interface.h, gpu_metrics_v1_3).
GpuMetrics read_gpu_metrics(std::filesystem::path const& file);

}  // namespace hpcadvise::probes::runner

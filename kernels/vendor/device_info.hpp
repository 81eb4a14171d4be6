// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the vendor's runtime says of the device that a runner measures.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hpcadvise::kernels {

struct DeviceInfo {
  std::string name;          // "NVIDIA H100 80GB HBM3"
  std::string architecture;  // "sm90", "gfx90a"
  std::string pci_bus_id;    // "0000:1b:00.0"
  std::string runtime;       // "CUDA 12.4 on a driver for 12.6"
  std::int64_t memory_bytes = 0;
  std::int64_t last_cache_bytes = 0;
  int multiprocessor_count = 0;   // AMD: compute units
  double max_clock_hz = 0;        // 0: the runtime does not say
  double memory_bytes_per_s = 0;  // of the memory's clock and width; 0: the runtime does not say
};

// Of the device that Kokkos was initialized on; nothing in a build for the host. Throws std::runtime_error with the
// runtime's words when it does not answer.
std::optional<DeviceInfo> device_info();

// Where the devices that this process may use are, in the runtime's order: Kokkos takes the one at KOKKOS_DEVICE_ID.
// Empty in a build for the host. Throws as device_info.
std::vector<std::string> visible_devices();

// Free on the device now; nothing in a build for the host.
std::optional<std::int64_t> free_device_memory_bytes();

}  // namespace hpcadvise::kernels

// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is known of a GPU that was measured. Whatever could not be known is absent, never guessed.

#include "profiles/host_spec.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hpcadvise::profiles {

struct GpuSpec {
  std::string architecture{};         // "sm90", "gfx90a"
  std::string pci_bus_id{};           // "0000:1b:00.0", lower case
  std::optional<int> ordinal{};       // among the visible devices, as the vendor's runtime counts them
  std::string runtime{};              // "CUDA 12.4 on a driver for 12.6"
  std::int64_t memory_bytes = 0;      // as the runtime shows them
  std::int64_t last_cache_bytes = 0;  // 0: the runtime does not say
  int multiprocessor_count = 0;       // AMD: compute units, of a GCD
  std::optional<double> max_clock_hz{};
  std::optional<double> memory_peak_bytes_per_s{};  // from the memory's clock and width
  std::map<Precision, PeakRate> peak{};             // dense, at the highest clock
  std::string cpus{};                               // that drove it, "0-15"; empty: all that are allowed
  std::optional<int> numa_node{};                   // that it is attached to
  std::string driver_version{};                     // "550.54.15"; empty: not known
  std::optional<bool> ecc_enabled{};
  std::optional<double> power_limit_w{};  // in force
  std::vector<std::string> nics{};        // the nearest network devices: "mlx5_0"
};

}  // namespace hpcadvise::profiles

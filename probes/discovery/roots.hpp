// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where discovery looks. Tests point it at fixtures.

#include <filesystem>
#include <optional>
#include <string>

namespace hpcadvise::probes {

struct DiscoveryRoots {
  std::filesystem::path proc = "/proc";
  std::filesystem::path sys = "/sys";
  std::filesystem::path etc = "/etc";
  // An hwloc synthetic description ("Package:2 L3:1 Core:4 PU:1") in place of this machine, which also keeps
  // discovery from asking this machine's processor by CPUID and this process for its binding.
  std::string synthetic_topology;
  std::string nvml_library = "libnvidia-ml.so.1";  // empty: NVIDIA's driver is not asked
  double driver_limit_s = 20;                      // a driver that takes longer is left alone: the devices of a large
                                                   // node that nobody holds open wake up in seconds each

  bool is_this_machine() const { return synthetic_topology.empty(); }
};

// The start of a small text file, without the newline at its end; nothing if it cannot be read.
std::optional<std::string> read_small_file(std::filesystem::path const& file);

}  // namespace hpcadvise::probes

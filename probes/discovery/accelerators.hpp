// SPDX-License-Identifier: Apache-2.0
#pragma once

// The GPUs of this node, by their drivers: NVIDIA's through NVML, and through proc/driver/nvidia/gpus where that cannot
// be loaded; AMD's in sys/class/kfd and their PCI folders. Nothing is linked. What is not known stays absent.

#include "probes/discovery/roots.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hpcadvise::probes {

enum class ComputeMode { shared, exclusive, prohibited };

// An MI250X is a module of two devices, each a graphics compute die (GCD). Both count from 0, modules in the order of
// their bus addresses.
struct GcdPlace {
  int module = 0;
  int gcd = 0;
};

struct Accelerator {
  std::string name{};            // "NVIDIA H100 80GB HBM3"; "AMD gfx90a"
  std::string pci_bus_id{};      // "0000:1b:00.0", lower case; empty where only a number of the driver is known
  std::string architecture{};    // "sm90", "gfx90a"
  std::string uuid{};            // "GPU-...", as CUDA_VISIBLE_DEVICES and ROCR_VISIBLE_DEVICES take it
  std::string driver_version{};  // "550.54.15"
  std::optional<std::int64_t> memory_bytes{};
  std::optional<bool> ecc_enabled{};
  std::optional<bool> mig_enabled{};
  std::string compute_partition{};  // "SPX" is a whole AMD device
  std::optional<ComputeMode> compute_mode{};
  std::optional<bool> persistence_enabled{};
  std::optional<double> power_limit_w{};  // in force
  std::optional<double> default_power_limit_w{};
  std::optional<double> most_power_limit_w{};
  std::optional<double> max_clock_hz{};  // of its multiprocessors or compute units

  std::optional<int> numa_node{};        // absent where the platform does not say
  std::string cpus{};                    // near it: "0-15,64-79"
  std::vector<std::string> nics{};       // the nearest network devices, all that are equally near: "mlx5_0", "hsn0"
  bool pci_to_host = true;               // an MI250X may reach the processor by Infinity Fabric: then no link is told
  std::optional<int> link_lanes{};       // of the PCI link in use now
  std::optional<int> most_link_lanes{};  // that the device has
  // An idle device may lower the generation of its link; the most is what slot and device can do together.
  std::optional<int> link_generation{};
  std::optional<int> most_link_generation{};
  std::optional<int> device_link_generation{};  // what the device could do in another slot

  std::optional<GcdPlace> gcd{};
  std::string unusable{};  // why this process cannot use it; empty where nothing is known against it
  bool forbidden = false;  // that is so because its driver refuses it to this user: most often another job has it
  std::map<std::string, std::string> unknown{};  // why a field above is absent, where the driver said: "ecc_enabled"
};

// In the order of their bus addresses. Empty where there are none, or no driver.
std::vector<Accelerator> discover_accelerators(DiscoveryRoots const& roots);

// "NVIDIA H100 80GB HBM3 at 0000:1b:00.0"; "AMD gfx90a at 0000:c1:00.0, GCD 0 of module 0".
std::string described(Accelerator const& device);

}  // namespace hpcadvise::probes

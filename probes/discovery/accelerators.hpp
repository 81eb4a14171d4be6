// SPDX-License-Identifier: Apache-2.0
#pragma once

// The GPUs of this node as the kernel's drivers show them, without a library of theirs: NVIDIA's in
// proc/driver/nvidia/gpus, AMD's in sys/class/kfd. Whether this process may use them is not asked.

#include "probes/discovery/roots.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hpcadvise::probes {

struct Accelerator {
  std::string name;                           // "NVIDIA H100 80GB HBM3"; "AMD gfx90a": of an MI250X each is a GCD
  std::string pci_bus_id;                     // "0000:1b:00.0", lower case
  std::optional<int> numa_node;               // absent where the platform does not say
  std::optional<int> link_lanes;              // of the PCI link in use now
  std::optional<int> most_link_lanes;         // that the device has
  std::optional<std::string> architecture{};  // "sm90", "gfx90a"; absent where nobody says
};

// In the order of their bus addresses. Empty where there are none, or no driver.
std::vector<Accelerator> discover_accelerators(DiscoveryRoots const& roots);

}  // namespace hpcadvise::probes

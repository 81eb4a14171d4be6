// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/discovery/accelerators.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace hpcadvise::probes {

// AMD's GPUs by sys/class/kfd and what amdgpu shows in their PCI folders. Of an MI250X each is a GCD; what is known of
// its power is that of the module, and the first GCD has it.
std::vector<Accelerator> amd_devices(DiscoveryRoots const& roots);

// The folder of a device's sensors, below its PCI folder.
std::optional<std::filesystem::path> amd_sensor_folder(std::filesystem::path const& pci_folder);

}  // namespace hpcadvise::probes

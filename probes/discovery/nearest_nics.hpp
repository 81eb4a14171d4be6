// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which network devices a GPU reaches first: InfiniBand's by sys/class/infiniband, Slingshot's by sys/class/net/hsn*.

#include "probes/discovery/roots.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace hpcadvise::probes {

// Those that share most of their way to the processor with the device in `pci_folder`; where none shares any, those on
// its NUMA node. Ports that are down do not count. In the order of their names.
std::vector<std::string> nearest_nics(DiscoveryRoots const& roots, std::filesystem::path const& pci_folder);

}  // namespace hpcadvise::probes

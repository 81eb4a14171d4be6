// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the kernel says of a device on the PCI bus: its link, the CPUs and the network devices near it.

#include "probes/discovery/accelerators.hpp"

#include <filesystem>

namespace hpcadvise::probes {

std::filesystem::path pci_folder(DiscoveryRoots const& roots, std::string const& bus_id);

// Adds what is absent of numa_node, cpus, nics and the link.
void add_pci_facts(DiscoveryRoots const& roots, Accelerator& device);

}  // namespace hpcadvise::probes

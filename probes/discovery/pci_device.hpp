// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the kernel says of a device on the PCI bus: its link, the CPUs and the network devices near it.

#include "probes/discovery/accelerators.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace hpcadvise::probes {

// "0000:c1:00.0", of bus, device and function as PCI packs them into the lowest 16 bits of `location`.
std::string pci_bus_id(std::int64_t domain, std::int64_t location);

std::filesystem::path pci_folder(DiscoveryRoots const& roots, std::string const& bus_id);

// Adds what is absent of numa_node, cpus, nics and the link.
void add_pci_facts(DiscoveryRoots const& roots, Accelerator& device);

}  // namespace hpcadvise::probes

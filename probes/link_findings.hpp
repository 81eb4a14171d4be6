// SPDX-License-Identifier: Apache-2.0
#pragma once

// What copies between a GPU and the host say of the node.

#include "profiles/machine_profile.hpp"

#include <optional>
#include <vector>

namespace hpcadvise::probes {

// What a PCI link carries one way, its encoding taken off; packet headers are not, which cost a tenth more. Nothing for
// a generation that is not known. PCI Express Base Specification, 6.0: 2.5 to 64 GT/s a lane; 8b/10b in the first two
// generations, 128b/130b up to the fifth, 236 of 256 bytes of a FLIT in the sixth.
std::optional<double> pci_bytes_per_s(int generation, int lanes);

// A copy that was measured, with memory that copies best (the host's pinned, or a device's), long enough to show a
// link's bandwidth.
bool is_long_copy(profiles::Sample const& sample);

// `slow_link`: pinned copies under half of what the PCI link carries that their samples saw under load. A link of
// another kind is faster than that and never named; where no sensor says what the link is, nothing is.
// `far_memory`: NUMA nodes from which the device is reached much more slowly than from the best.
std::vector<profiles::Finding> link_findings(profiles::MachineProfile const& profile);

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#pragma once

// Collectives between GPUs that did not use the links between them.

#include "profiles/machine_profile.hpp"

#include <vector>

namespace hpcadvise::probes {

// Below this bus bandwidth a long all-reduce inside a node is as slow as one through sockets. Eight lanes of PCI
// generation 3 carry 7.9 GB/s, also where the messages go through the host's memory.
inline constexpr double socket_bytes_per_s = 2e9;

// "collective_on_tcp": the longest all-reduce between a node's GPUs was that slow, or variables of NCCL that were in
// force leave it nothing but sockets, inside a node or between nodes.
std::vector<profiles::Finding> slow_collectives(profiles::MachineProfile const& profile);

}  // namespace hpcadvise::probes

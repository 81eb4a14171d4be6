// SPDX-License-Identifier: Apache-2.0
#pragma once

// The shape of the host, by hwloc.

#include "probes/discovery/roots.hpp"
#include "profiles/host_spec.hpp"

namespace hpcadvise::probes {

// Sockets, cores, NUMA nodes, caches, memory and architecture of the whole host; the cpuset in force and its cores.
// Throws MachineError if hwloc cannot read the topology.
void add_topology(DiscoveryRoots const& roots, profiles::HostSpec& host);

}  // namespace hpcadvise::probes

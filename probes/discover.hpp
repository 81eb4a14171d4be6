// SPDX-License-Identifier: Apache-2.0
#pragma once

// What this host is: hwloc for its shape, /proc and /sys for the rest. What cannot be known stays absent.

#include "probes/discovery/roots.hpp"
#include "profiles/host_spec.hpp"

namespace hpcadvise::probes {

// Throws MachineError if hwloc cannot read the topology at all.
profiles::HostSpec discover_host(DiscoveryRoots const& roots = {});

}  // namespace hpcadvise::probes

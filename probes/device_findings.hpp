// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a profile has to say of the node's GPUs before anything is measured on them.

#include "probes/discovery/accelerators.hpp"
#include "profiles/machine_profile.hpp"

#include <string>
#include <vector>

namespace hpcadvise::probes {

// Of a profile whose probes measured the host alone. Empty for a node without GPUs.
std::vector<profiles::Finding> devices_not_measured(std::vector<Accelerator> const& devices);

// What keeps devices from training at their rate, one finding a kind that names them all: lost or refused, ECC off, cut
// into slices, a compute mode, a low power limit, a narrow link, CPUs far from them. `allowed_cpus` is the cpuset of
// the processes that drive them ("0-15"); empty where it is not known.
std::vector<profiles::Finding> device_findings(std::vector<Accelerator> const& devices,
                                               std::string const& allowed_cpus = {});

}  // namespace hpcadvise::probes

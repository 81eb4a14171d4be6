// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a profile of the host has to say of the node's GPUs.

#include "probes/discovery/accelerators.hpp"
#include "profiles/machine_profile.hpp"

#include <vector>

namespace hpcadvise::probes {

// Empty for a node without GPUs.
std::vector<profiles::Finding> device_findings(std::vector<Accelerator> const& devices);

}  // namespace hpcadvise::probes

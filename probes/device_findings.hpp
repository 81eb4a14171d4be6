// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a profile of the host has to say of the node's GPUs.

#include "probes/discovery/accelerators.hpp"
#include "profiles/machine_profile.hpp"

#include <string>
#include <vector>

namespace hpcadvise::probes {

// What is not as it should be with the devices themselves. Empty for a node without GPUs.
std::vector<profiles::Finding> device_findings(std::vector<Accelerator> const& devices);

// That a node's GPUs were left out, `why`: a sentence without a full stop, or nothing.
profiles::Finding devices_not_measured(std::vector<Accelerator> const& devices, std::string const& why);

// That some of a node's GPUs are of another kind than the one that was measured.
profiles::Finding mixed_devices(std::vector<Accelerator> const& others, std::string const& measured);

}  // namespace hpcadvise::probes

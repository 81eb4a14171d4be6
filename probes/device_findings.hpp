// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a profile has to say of the node's GPUs before anything is measured on them.

#include "probes/choose_runner.hpp"
#include "probes/discovery/accelerators.hpp"
#include "profiles/machine_profile.hpp"

#include <string>
#include <vector>

namespace hpcadvise::probes {

// What keeps devices from training at their rate, one finding a kind that names them all: lost or refused, ECC off, cut
// into slices, a compute mode, a low power limit, a narrow link, CPUs far from them. `allowed_cpus` is the cpuset of
// the processes that drive them ("0-15"); empty where it is not known.
std::vector<profiles::Finding> device_findings(std::vector<Accelerator> const& devices,
                                               std::string const& allowed_cpus = {});

// That a node's GPUs were left out.
profiles::Finding devices_not_measured(std::vector<Accelerator> const& devices, Refusal const& refusal);

// That some of a node's GPUs are of another kind than the one that was measured.
profiles::Finding mixed_devices(std::vector<Accelerator> const& others, std::string const& measured);

}  // namespace hpcadvise::probes

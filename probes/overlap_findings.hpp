// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "profiles/machine_profile.hpp"

#include <vector>

namespace hpcadvise::probes {

// `little_overlap`: GPUs that hide less than half of a long collective under matrix multiplications, for certain; one
// finding for the worst of each provider. A host is not judged: there both want the same cores.
std::vector<profiles::Finding> overlap_findings(profiles::MachineProfile const& profile);

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "profiles/machine_profile.hpp"

#include <vector>

namespace hpcadvise::probes {

// `uneven_links`: of three and more GPUs those whose pinned copies from or to the host, each from its best NUMA node,
// stay below half of the median for certain; of three and more pairs the same. GCDs of AMD are joined by one to four
// links: their pairs are no kind.
std::vector<profiles::Finding> uneven_links(profiles::MachineProfile const& profile);

}  // namespace hpcadvise::probes

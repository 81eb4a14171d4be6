// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/discovery/accelerators.hpp"

#include <vector>

namespace hpcadvise::probes {

// NVIDIA's GPUs: what NVML says, and those that only the driver's folder lists. A GPU that NVML refuses or has lost is
// among them, with the reason in `unusable`. An NVML that does not answer in time is left alone.
std::vector<Accelerator> nvidia_devices(DiscoveryRoots const& roots);

}  // namespace hpcadvise::probes

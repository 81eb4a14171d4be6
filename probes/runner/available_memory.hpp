// SPDX-License-Identifier: Apache-2.0
#pragma once

// What can be allocated: on a host without waking the kernel's out-of-memory killer, which would end the runner.

#include "probes/discovery/roots.hpp"

#include <cstdint>
#include <optional>

namespace hpcadvise::probes::runner {

// Of the host: the smaller of MemAvailable and what the control groups leave; nothing if neither can be read.
std::optional<std::int64_t> available_memory_bytes(DiscoveryRoots const& roots = {});

// Where kernels work: free on the device, else as above.
std::optional<std::int64_t> available_kernel_memory_bytes();

// Throws RequestError with both figures when `bytes` is more than is available.
void require_memory(double bytes, std::optional<std::int64_t> available_bytes = available_kernel_memory_bytes());

}  // namespace hpcadvise::probes::runner

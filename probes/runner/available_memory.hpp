// SPDX-License-Identifier: Apache-2.0
#pragma once

// What can be allocated without waking the kernel's out-of-memory killer, which would end the runner.

#include "probes/discovery/roots.hpp"

#include <cstdint>
#include <optional>

namespace hpcadvise::probes::runner {

// The smaller of MemAvailable and what the control groups leave; nothing if neither can be read.
std::optional<std::int64_t> available_memory_bytes(DiscoveryRoots const& roots = {});

// Throws RequestError with both figures when `bytes` is more than that.
void require_memory(double bytes);

}  // namespace hpcadvise::probes::runner

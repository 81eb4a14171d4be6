// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the control groups around this process let it use, version 1, 2 or both at once.

#include "probes/discovery/roots.hpp"

#include <cstdint>
#include <optional>

namespace hpcadvise::probes {

struct CgroupLimits {
  std::optional<double> cpu_cores;           // CPU time a second; 1.5: one core and a half
  std::optional<std::int64_t> memory_bytes;  // absent: no limit, or none to be seen
  // What the groups with a limit still leave: the least of limit - use + inactive page cache, which the kernel takes
  // back before it fails an allocation. Absent where memory_bytes is.
  std::optional<std::int64_t> memory_available_bytes;
};

// The tightest of this process's group and all groups above it.
// Documentation/admin-guide/cgroup-v2.rst (cpu.max, memory.max, memory.current, memory.stat), cgroup-v1/memory.rst,
// scheduler/sched-bwc.rst.
CgroupLimits read_cgroup_limits(DiscoveryRoots const& roots);

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/available_memory.hpp"

#include "kernels/vendor/device_info.hpp"
#include "probes/discovery/cgroup_limits.hpp"
#include "probes/runner/request.hpp"
#include "profiles/units.hpp"

#include <algorithm>
#include <sstream>
#include <string>

namespace hpcadvise::probes::runner {
namespace {

// proc_meminfo(5).
std::optional<std::int64_t> machine_available_bytes(DiscoveryRoots const& roots) {
  std::istringstream words(read_small_file(roots.proc / "meminfo").value_or(""));
  std::string key;
  std::int64_t kibibytes = 0;
  std::string rest;
  while (words >> key >> kibibytes) {
    if (key == "MemAvailable:") return kibibytes * 1024;
    std::getline(words, rest);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> available_memory_bytes(DiscoveryRoots const& roots) {
  auto const machine = machine_available_bytes(roots);
  auto const cgroup = read_cgroup_limits(roots).memory_available_bytes;
  if (machine && cgroup) return std::min(*machine, *cgroup);
  return machine ? machine : cgroup;
}

std::optional<std::int64_t> available_kernel_memory_bytes() {
  if (auto const device_bytes = kernels::free_device_memory_bytes()) return device_bytes;
  return available_memory_bytes();
}

void require_memory(double bytes, std::optional<std::int64_t> available_bytes) {
  // Where nothing is known, a size that fits an address space goes on to the allocator, which has the last word.
  double const available = double(available_bytes.value_or(std::int64_t{1} << 47));
  if (bytes > available)
    throw RequestError("needs " + profiles::format_bytes(bytes) + " of memory, " + profiles::format_bytes(available) +
                       " are available");
}

}  // namespace hpcadvise::probes::runner

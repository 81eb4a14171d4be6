// SPDX-License-Identifier: Apache-2.0
#include "probes/discover.hpp"

#include "probes/discovery/cgroup_limits.hpp"
#include "probes/discovery/host_peak.hpp"
#include "probes/discovery/processor.hpp"
#include "probes/discovery/topology.hpp"
#include "profiles/detect_system.hpp"

#include <sstream>

namespace hpcadvise::probes {
namespace {

// PRETTY_NAME of os-release(5), without its quotes.
std::string operating_system(DiscoveryRoots const& roots) {
  std::istringstream lines(read_small_file(roots.etc / "os-release").value_or(""));
  std::string const key = "PRETTY_NAME=";
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(key, 0) != 0) continue;
    std::string name = line.substr(key.size());
    if (name.size() >= 2 && (name.front() == '"' || name.front() == '\'')) name = name.substr(1, name.size() - 2);
    return name;
  }
  return {};
}

// proc_meminfo(5). hwloc adds up the NUMA nodes, which miss memory that a virtual machine was given later.
std::optional<std::int64_t> memory_bytes(DiscoveryRoots const& roots) {
  std::istringstream words(read_small_file(roots.proc / "meminfo").value_or(""));
  std::string key;
  std::int64_t kib = 0;
  if (words >> key >> kib && key == "MemTotal:" && kib > 0) return kib * 1024;
  return std::nullopt;
}

std::optional<std::string> recognized_system() {
  auto const systems = profiles::all_systems();
  return profiles::detect_system(profiles::observe_this_host(systems), systems).system;
}

}  // namespace

profiles::HostSpec discover_host(DiscoveryRoots const& roots) {
  profiles::HostSpec host;
  host.host_name = read_small_file(roots.proc / "sys/kernel/hostname").value_or("");
  host.kernel = read_small_file(roots.proc / "sys/kernel/osrelease").value_or("");
  host.operating_system = operating_system(roots);
  add_topology(roots, host);
  if (auto const bytes = memory_bytes(roots)) host.memory_bytes = bytes;
  add_processor(roots, host);
  CgroupLimits const limits = read_cgroup_limits(roots);
  host.cgroup_cpu_limit = limits.cpu_cores;
  host.cgroup_memory_limit_bytes = limits.memory_bytes;
  host.peak = peak_rates(host);
  if (roots.is_this_machine()) host.system = recognized_system();
  return host;
}

}  // namespace hpcadvise::probes

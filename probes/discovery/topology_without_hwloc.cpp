// SPDX-License-Identifier: Apache-2.0
// In place of topology.cpp where hwloc was not found: sockets, NUMA nodes and caches stay unknown.
#include "probes/discovery/cpu_list.hpp"
#include "probes/discovery/topology.hpp"

#include <sched.h>
#include <sys/utsname.h>

#include <algorithm>
#include <set>

namespace hpcadvise::probes {
namespace {

// Hardware threads of one core share this list: the number of different ones is the number of cores.
int count_cores(DiscoveryRoots const& roots, std::vector<int> const& cpus) {
  std::set<std::string> cores;
  for (int const cpu : cpus) {
    auto const file =
        roots.sys / "devices/system/cpu" / ("cpu" + std::to_string(cpu)) / "topology/thread_siblings_list";
    cores.insert(read_small_file(file).value_or(std::to_string(cpu)));
  }
  return std::max(1, static_cast<int>(cores.size()));
}

}  // namespace

void add_topology(DiscoveryRoots const& roots, profiles::HostSpec& host) {
  auto const online = read_small_file(roots.sys / "devices/system/cpu/online").value_or("");
  auto const cpus = parse_cpu_list(online);
  host.thread_count = std::max(1, static_cast<int>(cpus.size()));
  host.core_count = count_cores(roots, cpus);
  utsname name{};
  if (::uname(&name) == 0) host.architecture = name.machine;

  std::vector<int> allowed;
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) == 0) {
    for (int const cpu : cpus)
      if (cpu < CPU_SETSIZE && CPU_ISSET(cpu, &set)) allowed.push_back(cpu);
  }
  if (allowed.empty()) allowed = cpus;
  for (int const cpu : allowed) host.allowed_cpus += (host.allowed_cpus.empty() ? "" : ",") + std::to_string(cpu);
  host.allowed_core_count = count_cores(roots, allowed);
}

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/topology.hpp"

#include "profiles/error.hpp"

#include <hwloc.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace hpcadvise::probes {
namespace {

using Topology = std::unique_ptr<std::remove_pointer_t<hwloc_topology_t>, decltype(&hwloc_topology_destroy)>;
using CpuSet = std::unique_ptr<std::remove_pointer_t<hwloc_cpuset_t>, decltype(&hwloc_bitmap_free)>;

[[noreturn]] void fail(char const* step) {
  throw profiles::MachineError(
      std::string("hwloc could not read this machine's topology (") + step + "): " + std::strerror(errno),
      "run `lstopo` to see what hwloc says");
}

Topology load(DiscoveryRoots const& roots) {
  hwloc_topology_t raw = nullptr;
  if (hwloc_topology_init(&raw) != 0) fail("init");
  Topology topology(raw, &hwloc_topology_destroy);
  if (!roots.is_this_machine() && hwloc_topology_set_synthetic(raw, roots.synthetic_topology.c_str()) != 0)
    fail("synthetic description");
  // The whole machine is described, whatever part of it this process may use.
  hwloc_topology_set_flags(raw, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
  if (hwloc_topology_load(raw) != 0) fail("load");
  return topology;
}

CpuSet allowed_set(DiscoveryRoots const& roots, hwloc_topology_t topology) {
  CpuSet set(hwloc_bitmap_dup(hwloc_topology_get_allowed_cpuset(topology)), &hwloc_bitmap_free);
  if (roots.is_this_machine()) {
    CpuSet const bound(hwloc_bitmap_alloc(), &hwloc_bitmap_free);
    if (hwloc_get_cpubind(topology, bound.get(), HWLOC_CPUBIND_PROCESS) == 0)
      hwloc_bitmap_and(set.get(), set.get(), bound.get());
  }
  return set;
}

std::string as_list(hwloc_const_cpuset_t set) {
  char* text = nullptr;
  if (hwloc_bitmap_list_asprintf(&text, set) < 0) return {};
  std::unique_ptr<char, decltype(&std::free)> const owner(text, &std::free);
  return text;
}

int count_inside(hwloc_topology_t topology, hwloc_const_cpuset_t set, hwloc_obj_type_t type) {
  int count = 0;
  for (hwloc_obj_t object = nullptr; (object = hwloc_get_next_obj_by_type(topology, type, object));)
    count += hwloc_bitmap_intersects(object->cpuset, set) != 0;
  return count;
}

// Machines without a level of objects (some virtual ones show no cores) count the level below it.
int count_of(hwloc_topology_t topology, hwloc_obj_type_t type, int otherwise) {
  int const count = hwloc_get_nbobjs_by_type(topology, type);
  return count > 0 ? count : otherwise;
}

std::vector<profiles::NumaNode> numa_nodes(hwloc_topology_t topology) {
  std::vector<profiles::NumaNode> nodes;
  for (hwloc_obj_t object = nullptr; (object = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_NUMANODE, object));) {
    profiles::NumaNode node;
    node.index = static_cast<int>(object->os_index);
    node.core_count = count_inside(topology, object->cpuset, HWLOC_OBJ_CORE);
    node.cpus = as_list(object->cpuset);
    if (auto const bytes = object->attr->numanode.local_memory; bytes > 0)
      node.memory_bytes = static_cast<std::int64_t>(bytes);
    nodes.push_back(std::move(node));
  }
  return nodes;
}

std::vector<profiles::Cache> data_caches(hwloc_topology_t topology) {
  std::vector<profiles::Cache> caches;
  int level = 0;
  for (auto const type : {HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L4CACHE}) {
    ++level;
    hwloc_obj_t const first = hwloc_get_obj_by_type(topology, type, 0);
    if (first == nullptr || first->attr->cache.size == 0) continue;
    profiles::Cache cache;
    cache.level = level;
    cache.size_bytes = static_cast<std::int64_t>(first->attr->cache.size);
    cache.instance_count = hwloc_get_nbobjs_by_type(topology, type);
    if (first->attr->cache.linesize > 0) cache.line_bytes = static_cast<int>(first->attr->cache.linesize);
    caches.push_back(cache);
  }
  return caches;
}

}  // namespace

void add_topology(DiscoveryRoots const& roots, profiles::HostSpec& host) {
  Topology const owner = load(roots);
  hwloc_topology_t const topology = owner.get();
  hwloc_obj_t const machine = hwloc_get_root_obj(topology);

  host.thread_count = count_of(topology, HWLOC_OBJ_PU, 1);
  host.core_count = count_of(topology, HWLOC_OBJ_CORE, host.thread_count);
  host.socket_count = count_of(topology, HWLOC_OBJ_PACKAGE, 1);
  host.numa_nodes = numa_nodes(topology);
  host.caches = data_caches(topology);
  if (machine->total_memory > 0) host.memory_bytes = static_cast<std::int64_t>(machine->total_memory);
  if (char const* const architecture = hwloc_obj_get_info_by_name(machine, "Architecture"))
    host.architecture = architecture;

  CpuSet const allowed = allowed_set(roots, topology);
  host.allowed_cpus = as_list(allowed.get());
  int const cores = count_inside(topology, allowed.get(), HWLOC_OBJ_CORE);
  host.allowed_core_count = std::max(1, cores > 0 ? cores : hwloc_bitmap_weight(allowed.get()));
}

}  // namespace hpcadvise::probes

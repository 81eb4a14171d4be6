// SPDX-License-Identifier: Apache-2.0
#include "profiles/host_json.hpp"

#include "profiles/peak_json.hpp"

#include <nlohmann/json.hpp>

namespace hpcadvise::profiles {
namespace {

using nlohmann::ordered_json;

template <class Value>
void set_if_known(ordered_json& object, char const* key, std::optional<Value> const& value) {
  if (value) object[key] = *value;
}

std::optional<std::int64_t> bytes_if_known(JsonNode const& object, std::string_view key) {
  auto const node = object.find(key);
  return node ? std::optional(node->integer(0)) : std::nullopt;
}

std::optional<double> number_if_known(JsonNode const& object, std::string_view key) {
  auto const node = object.find(key);
  return node ? std::optional(node->number_from(0)) : std::nullopt;
}

ordered_json numa_nodes_to_json(std::vector<NumaNode> const& nodes) {
  ordered_json array = ordered_json::array();
  for (NumaNode const& node : nodes) {
    ordered_json object{{"index", node.index}, {"core_count", node.core_count}, {"cpus", node.cpus}};
    set_if_known(object, "memory_bytes", node.memory_bytes);
    array.push_back(std::move(object));
  }
  return array;
}

NumaNode numa_node_from_json(JsonNode const& object) {
  return {.index = object.at("index").small_integer(0),
          .core_count = object.at("core_count").small_integer(0),
          .cpus = object.at("cpus").text(),
          .memory_bytes = bytes_if_known(object, "memory_bytes")};
}

ordered_json caches_to_json(std::vector<Cache> const& caches) {
  ordered_json array = ordered_json::array();
  for (Cache const& cache : caches)
    array.push_back({{"level", cache.level},
                     {"size_bytes", cache.size_bytes},
                     {"instance_count", cache.instance_count},
                     {"line_bytes", cache.line_bytes}});
  return array;
}

Cache cache_from_json(JsonNode const& object) {
  return {.level = object.at("level").small_integer(1),
          .size_bytes = object.at("size_bytes").integer(0),
          .instance_count = object.at("instance_count").small_integer(0),
          .line_bytes = object.at("line_bytes").small_integer(0)};
}

}  // namespace

ordered_json host_to_json(HostSpec const& host) {
  ordered_json object{
      {"host_name", host.host_name}, {"operating_system", host.operating_system}, {"kernel", host.kernel},
      {"cpu_model", host.cpu_model}, {"architecture", host.architecture},
  };
  set_if_known(object, "system", host.system);
  set_if_known(object, "hypervisor", host.hypervisor);
  object["socket_count"] = host.socket_count;
  object["core_count"] = host.core_count;
  object["thread_count"] = host.thread_count;
  object["numa_nodes"] = numa_nodes_to_json(host.numa_nodes);
  object["caches"] = caches_to_json(host.caches);
  set_if_known(object, "memory_bytes", host.memory_bytes);
  object["allowed_cpus"] = host.allowed_cpus;
  object["allowed_core_count"] = host.allowed_core_count;
  set_if_known(object, "cgroup_cpu_limit_cores", host.cgroup_cpu_limit);
  set_if_known(object, "cgroup_memory_limit_bytes", host.cgroup_memory_limit_bytes);
  object["simd"] = ordered_json(host.simd);
  set_if_known(object, "max_clock_hz", host.max_clock_hz);
  object["peak"] = peaks_to_json(host.peak);
  return object;
}

HostSpec host_from_json(JsonNode const& object) {
  HostSpec host;
  host.host_name = object.at("host_name").text();
  host.operating_system = object.at("operating_system").text();
  host.kernel = object.at("kernel").text();
  host.cpu_model = object.at("cpu_model").text();
  host.architecture = object.at("architecture").text();
  if (auto const system = object.find("system")) host.system = system->text();
  if (auto const hypervisor = object.find("hypervisor")) host.hypervisor = hypervisor->text();
  host.socket_count = object.at("socket_count").small_integer(1);
  host.core_count = object.at("core_count").small_integer(1);
  host.thread_count = object.at("thread_count").small_integer(1);
  for (JsonNode const& node : object.at("numa_nodes").elements()) host.numa_nodes.push_back(numa_node_from_json(node));
  for (JsonNode const& node : object.at("caches").elements()) host.caches.push_back(cache_from_json(node));
  host.memory_bytes = bytes_if_known(object, "memory_bytes");
  host.allowed_cpus = object.at("allowed_cpus").text();
  host.allowed_core_count = object.at("allowed_core_count").small_integer(1);
  host.cgroup_cpu_limit = number_if_known(object, "cgroup_cpu_limit_cores");
  host.cgroup_memory_limit_bytes = bytes_if_known(object, "cgroup_memory_limit_bytes");
  host.simd = object.at("simd").texts();
  host.max_clock_hz = number_if_known(object, "max_clock_hz");
  host.peak = peaks_from_json(object.at("peak"));
  return host;
}

}  // namespace hpcadvise::profiles

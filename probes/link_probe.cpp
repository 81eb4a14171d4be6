// SPDX-License-Identifier: Apache-2.0
#include "probes/link_probe.hpp"

#include "probes/discovery/cpu_list.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace hpcadvise::probes {
namespace {

// Half a millisecond and more of a PCI link, so that what surrounds a copy does not count; and what an offloaded layer
// or a checkpoint moves at a time.
constexpr std::int64_t large_bytes = std::int64_t{64} << 20;
// Little enough that only what surrounds it counts.
constexpr std::int64_t small_bytes = 4096;

struct Row {
  std::string_view direction;
  std::string_view memory = "pinned";
  std::int64_t message_bytes = large_bytes;
};

// From each NUMA node, the device's own first: what data loading and offload go by.
constexpr std::array node_rows{Row{"host_to_device"}, Row{"device_to_host"}};
// From the device's own node alone.
constexpr std::array near_rows{Row{"both_ways"}, Row{"host_to_device", "pageable"}, Row{"device_to_host", "pageable"},
                               Row{"host_to_device", "pinned", small_bytes},
                               Row{"device_to_host", "pinned", small_bytes}};

Candidate candidate(std::string_view direction, std::int64_t message_bytes, double bytes_per_s) {
  Candidate result;
  result.request.probe = "link";
  result.request.provider = "runtime";
  result.request.parameters = {{"direction", std::string(direction)}, {"message_bytes", message_bytes}};
  result.call_s = 10e-6 + double(message_bytes) / bytes_per_s;
  return result;
}

Candidate host_candidate(Row const& row, int numa_node) {
  constexpr double pci_bytes_per_s = 10e9;
  constexpr double pageable_bytes_per_s = 3e9;
  auto result =
      candidate(row.direction, row.message_bytes, row.memory == "pinned" ? pci_bytes_per_s : pageable_bytes_per_s);
  result.request.parameters["memory"] = std::string(row.memory);
  result.request.parameters["numa_node"] = std::int64_t{numa_node};
  // One core makes new pages at about 1 GB/s, and looks at what has arrived.
  int const ways = row.direction == "both_ways" ? 2 : 1;
  result.overhead_s = 0.05 + 1.5 * ways * double(row.message_bytes) / 1e9;
  return result;
}

Candidate peer_candidate(int peer) {
  constexpr double staged_bytes_per_s = 10e9;
  auto result = candidate("device_to_device", large_bytes, staged_bytes_per_s);
  result.request.parameters["peer"] = std::int64_t{peer};
  // The first of a peer makes a context there.
  result.overhead_s = 0.5;
  return result;
}

// Between the host and the GPUs that are not measured in full, and between these.
void add_other_links(PlanContext const& context, std::vector<int> const& nodes, std::vector<Candidate>& result) {
  auto const add = [&](Candidate candidate, int ordinal) {
    candidate.request.parameters["ordinal"] = std::int64_t{ordinal};
    candidate.spare = true;
    result.push_back(std::move(candidate));
  };
  for (int const ordinal : context.peers)
    for (int const peer : context.peers)
      if (ordinal < peer) add(peer_candidate(peer), ordinal);
  for (int const node : nodes)
    for (int const ordinal : context.peers)
      for (Row const& row : node_rows) add(host_candidate(row, node), ordinal);
}

// Those whose cores may be used, which is what puts memory there. The device's own first.
std::vector<int> usable_nodes(PlanContext const& context) {
  std::vector<int> nodes;
  for (auto const& node : context.host.numa_nodes)
    if (lists_share_a_cpu(node.cpus, context.host.allowed_cpus)) nodes.push_back(node.index);
  auto const near = std::ranges::find(nodes, context.gpu->numa_node.value_or(0));
  if (near != nodes.end()) std::rotate(nodes.begin(), near, near + 1);
  if (nodes.empty()) nodes.push_back(0);
  return nodes;
}

}  // namespace

std::vector<Candidate> link_candidates(PlanContext const& context) {
  std::vector<Candidate> result;
  if (!context.gpu) return result;
  auto const nodes = usable_nodes(context);
  for (int const node : nodes) {
    for (Row const& row : node_rows) result.push_back(host_candidate(row, node));
    if (node != nodes.front()) continue;
    for (int const peer : context.peers) result.push_back(peer_candidate(peer));
  }
  for (Row const& row : near_rows) result.push_back(host_candidate(row, nodes.front()));
  add_other_links(context, nodes, result);
  return result;
}

}  // namespace hpcadvise::probes

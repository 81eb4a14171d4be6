// SPDX-License-Identifier: Apache-2.0
#include "advisor/constants.hpp"
#include "advisor/rates.hpp"

#include <algorithm>
#include <cmath>

namespace hpcadvise::advisor {
namespace {

// What one rank sends, over the bytes of the whole tensor (ring algorithms; Thakur et al. 2005).
double wire_share(Collective collective, double ranks) {
  switch (collective) {
    case Collective::all_reduce: return 2 * (ranks - 1) / ranks;
    case Collective::all_gather:
    case Collective::reduce_scatter: return (ranks - 1) / ranks;
    case Collective::point_to_point: return 1;
  }
  return 1;
}

double bandwidth_at(LinkRates const& link, double bytes) {
  if (link.half_rate_bytes <= 0) return link.bytes_per_s_per_device;
  return link.bytes_per_s_per_device / (1 + std::pow(link.half_rate_bytes / bytes, link.ramp_exponent));
}

// What is left of a network's rate to a group that spans so many nodes: beyond an island the taper's share, and what
// other jobs' traffic does not take. That comes and goes, so it is taken as half of the most that was seen; none within
// a node, and between these in proportion to the logarithm of the nodes.
double rate_left(Machine const& machine, std::int64_t node_span) {
  double const taper =
      machine.island_nodes && node_span > *machine.island_nodes ? std::max(1.0, machine.island_taper) : 1.0;
  if (machine.noise_loss <= 0) return 1 / taper;
  double const span = std::log(static_cast<double>(node_span)) / std::log(machine.noise_loss_nodes);
  return (1 - constants::noise_met * machine.noise_loss * std::min(1.0, span)) / taper;
}

}  // namespace

GroupPlacement place_group(Machine const& machine, std::int64_t size, std::int64_t stride) {
  GroupPlacement group;
  group.size = size;
  group.per_node = std::clamp<std::int64_t>(machine.linked_devices() / stride, 1, size);
  group.node_span = ((size - 1) * stride) / machine.devices_per_node + 1;
  group.one_module = (size - 1) * stride < machine.devices_per_module;
  return group;
}

double collective_time_s(Machine const& machine, Collective collective, double bytes, GroupPlacement const& group,
                         double aggregation_exponent) {
  if (group.size <= 1 || bytes <= 0) return 0;
  double const wire_bytes = bytes * wire_share(collective, static_cast<double>(group.size));
  if (group.per_node >= group.size) {
    LinkRates const& link = group.one_module ? machine.module_link : machine.node_link;
    double const share = collective == Collective::all_reduce ? 1 : link.gather_share;
    return link.latency_s + wire_bytes / (share * bandwidth_at(link, bytes));
  }
  LinkRates const& network = machine.network;
  double rate = bandwidth_at(network, bytes) * rate_left(machine, group.node_span);
  if (collective != Collective::point_to_point && group.per_node > 1) {
    double const shares = std::pow(static_cast<double>(group.per_node), aggregation_exponent);
    rate = std::min(rate * shares, machine.node_link.bytes_per_s_per_device);
  }
  std::int64_t const node_count = (group.size + group.per_node - 1) / group.per_node;
  double const hops = collective == Collective::point_to_point ? 1 : static_cast<double>(node_count);
  return network.latency_s * hops + wire_bytes / rate;
}

// Messages to different nodes wait for each other only as far as a device's queues are short: more than these overlap.
constexpr double messages_in_a_row = 8;

double all_to_all_time_s(Machine const& machine, double bytes, GroupPlacement const& group, int copies) {
  if (group.size <= 1 || bytes <= 0) return 0;
  auto const size = static_cast<double>(group.size);
  if (group.per_node >= group.size) {
    LinkRates const& link = group.one_module ? machine.module_link : machine.node_link;
    return link.latency_s + bytes * (size - 1) / size / (link.gather_share * bandwidth_at(link, bytes));
  }
  auto const in_node = static_cast<double>(group.per_node);
  double const nodes = size / in_node;
  double const distinct = nodes * (1 - std::pow(1 - 1 / nodes, copies)) / copies;
  double const remote_bytes = bytes * distinct * (nodes - 1) / nodes;
  double const local_bytes = bytes * (in_node - 1) / in_node;
  double const remote_s = remote_bytes / (rate_left(machine, group.node_span) * bandwidth_at(machine.network, bytes));
  double const local_s =
      in_node > 1 ? local_bytes / (machine.node_link.gather_share * bandwidth_at(machine.node_link, bytes)) : 0;
  return machine.network.latency_s * std::min(nodes, messages_in_a_row) + std::max(remote_s, local_s);
}

}  // namespace hpcadvise::advisor

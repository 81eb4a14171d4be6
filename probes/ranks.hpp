// SPDX-License-Identifier: Apache-2.0
#pragma once

// The processes that take a sample together.

#include <optional>
#include <string_view>
#include <tuple>

namespace hpcadvise::probes {

// Where ranks sit: a process by itself; the devices of one module; one node; all nodes of an allocation. What is nearer
// is measured before what is further.
enum class Placement { alone, module, node, nodes };

// "alone", "module", "node", "nodes"
std::string_view to_string(Placement placement);
std::optional<Placement> placement_from_string(std::string_view name);

// Ranks of MPI, as many on each node as on any other. One start of the runner serves all samples with the same.
struct Ranks {
  Placement placement = Placement::alone;
  int rank_count = 1;  // 1: no MPI
  int ranks_a_node = 1;

  bool operator==(Ranks const&) const = default;
};

// From near to far, and from few to many.
constexpr bool operator<(Ranks const& one, Ranks const& other) {
  return std::tie(one.placement, one.rank_count, one.ranks_a_node) <
         std::tie(other.placement, other.rank_count, other.ranks_a_node);
}

// Of one node.
constexpr Ranks node_ranks(int rank_count) { return {Placement::node, rank_count, rank_count}; }
// The same number on each of several nodes.
constexpr Ranks nodes_ranks(int node_count, int ranks_a_node) {
  return {Placement::nodes, node_count * ranks_a_node, ranks_a_node};
}

}  // namespace hpcadvise::probes

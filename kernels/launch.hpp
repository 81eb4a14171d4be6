// SPDX-License-Identifier: Apache-2.0
#pragma once

// Kernels that do nothing, or next to nothing: what remains is the cost of the launch.

#include <Kokkos_Core.hpp>
#include <Kokkos_Graph.hpp>

#include <cstdint>

namespace hpcadvise::kernels {

struct EmptyRange {
  KOKKOS_FUNCTION void operator()(std::int64_t) const {}
};

template <class ExecutionSpace>
struct EmptyTeam {
  KOKKOS_FUNCTION void operator()(typename Kokkos::TeamPolicy<ExecutionSpace>::member_type const&) const {}
};

// Enqueue on `space` and return; the caller fences.
template <class ExecutionSpace>
void launch_range(ExecutionSpace const& space, std::int64_t iterations) {
  using Policy = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>;
  Kokkos::parallel_for("hpcadvise::launch_range", Policy(space, 0, iterations), EmptyRange{});
}

template <class ExecutionSpace>
void launch_teams(ExecutionSpace const& space, int teams) {
  using Policy = Kokkos::TeamPolicy<ExecutionSpace>;
  Kokkos::parallel_for("hpcadvise::launch_teams", Policy(space, teams, Kokkos::AUTO), EmptyTeam<ExecutionSpace>{});
}

template <class ExecutionSpace>
using Counters = Kokkos::View<std::int64_t*, typename ExecutionSpace::memory_space>;

// One more, in each element: needs what the launch before wrote.
template <class ExecutionSpace>
struct Increment {
  Counters<ExecutionSpace> counters;
  KOKKOS_FUNCTION void operator()(std::int64_t i) const { counters(i) += 1; }
};

// Enqueues `length` launches, each of which works on what the one before wrote, and returns; the caller fences.
template <class ExecutionSpace>
void launch_chain(ExecutionSpace const& space, Counters<ExecutionSpace> const& counters, int length) {
  using Policy = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>;
  Policy const policy(space, 0, std::int64_t(counters.extent(0)));
  for (int i = 0; i < length; ++i)
    Kokkos::parallel_for("hpcadvise::launch_chain", policy, Increment<ExecutionSpace>{counters});
}

// The same as a graph that can be submitted again and again, on the default instance of its space.
template <class ExecutionSpace>
Kokkos::Experimental::Graph<ExecutionSpace> chain_graph(Counters<ExecutionSpace> const& counters, int length) {
  using Policy = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>;
  Policy const policy(0, std::int64_t(counters.extent(0)));
  Increment<ExecutionSpace> const increment{counters};
  return Kokkos::Experimental::create_graph<ExecutionSpace>([&](auto const& root) {
    Kokkos::Experimental::GraphNodeRef<ExecutionSpace> last =
        root.then_parallel_for("hpcadvise::chain_graph", policy, increment);
    for (int i = 1; i < length; ++i) last = last.then_parallel_for("hpcadvise::chain_graph", policy, increment);
  });
}

}  // namespace hpcadvise::kernels

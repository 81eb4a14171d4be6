// SPDX-License-Identifier: Apache-2.0
#pragma once

// Kernels that do nothing: what remains is the cost of the launch.

#include <Kokkos_Core.hpp>

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

}  // namespace hpcadvise::kernels

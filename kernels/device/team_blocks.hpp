// SPDX-License-Identifier: Apache-2.0
#pragma once

// Blocks of threads as Kokkos teams.

#include "kernels/fragment/block.hpp"
#include "kernels/space.hpp"

#include <string>

namespace hpcadvise::kernels {

namespace detail {

template <class Tile, class Panels, int blocks_a_multiprocessor, class Body>
struct BlockTeam {
  using Policy = Kokkos::TeamPolicy<Space, Kokkos::LaunchBounds<Tile::threads, blocks_a_multiprocessor>>;

  Body body;

  KOKKOS_FUNCTION void operator()(typename Policy::member_type const& team) const {
    auto* const panels = static_cast<Panels*>(team.team_shmem().get_shmem_aligned(sizeof(Panels), alignof(Panels)));
    body(DeviceBlock<typename Tile::Instruction>{.own_thread = team.team_rank()}, team.league_rank(), *panels);
  }
};

}  // namespace detail

// That a block can have at most.
inline int block_memory_bytes() { return Kokkos::TeamPolicy<Space>::scratch_size_max(0); }

template <class Tile, class Panels, int blocks_a_multiprocessor, class Body>
void enqueue_blocks(Space const& space, std::string const& label, int count, int bytes, Body const& body) {
  using Kernel = detail::BlockTeam<Tile, Panels, blocks_a_multiprocessor, Body>;
  typename Kernel::Policy policy(space, count, Tile::threads);
  policy.set_scratch_size(0, Kokkos::PerTeam(bytes));
  Kokkos::parallel_for(label, policy, Kernel{.body = body});
}

}  // namespace hpcadvise::kernels

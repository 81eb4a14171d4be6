// SPDX-License-Identifier: Apache-2.0
#pragma once

// Blocks of threads that share panels, as Kokkos teams.

#include "kernels/fragment/block.hpp"
#include "kernels/space.hpp"

#include <cstdint>
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

// With what aligning it may take.
template <class Panels>
inline constexpr int panels_bytes = int(sizeof(Panels) + alignof(Panels));

}  // namespace detail

// Whether a launch gives a block memory for them; Kokkos before 5.2 gives a CUDA block no more than 48 KiB.
template <class Panels>
bool fits_in_a_block() {
  return detail::panels_bytes<Panels> <= Kokkos::TeamPolicy<Space>::scratch_size_max(0);
}

// Enqueues body(block, index, panels) for `count` blocks, below 2^31, of Tile::threads threads. The kernel is compiled
// for so many blocks on a multiprocessor at once. Kokkos throws std::runtime_error where the panels are larger than a
// block's memory.
template <class Tile, class Panels, int blocks_a_multiprocessor, class Body>
void launch_blocks(Space const& space, std::string const& label, std::int64_t count, Body const& body) {
  if (count == 0) return;
  using Kernel = detail::BlockTeam<Tile, Panels, blocks_a_multiprocessor, Body>;
  typename Kernel::Policy policy(space, int(count), Tile::threads);
  policy.set_scratch_size(0, Kokkos::PerTeam(detail::panels_bytes<Panels>));
  Kokkos::parallel_for(label, policy, Kernel{.body = body});
}

}  // namespace hpcadvise::kernels

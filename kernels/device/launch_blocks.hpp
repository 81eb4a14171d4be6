// SPDX-License-Identifier: Apache-2.0
#pragma once

// Blocks of threads that share panels in their multiprocessor's memory.

#include "kernels/space.hpp"

#if defined(KOKKOS_ENABLE_CUDA)
#include "kernels/vendor/cuda_blocks.hpp"
#else
#include "kernels/device/team_blocks.hpp"
#endif

#include <cstdint>
#include <string>
#include <type_traits>

namespace hpcadvise::kernels {

// With what aligning them may take.
template <class Panels>
inline constexpr int panels_bytes = int(sizeof(Panels) + alignof(Panels));

template <class Panels>
bool fits_in_a_block() {
  return panels_bytes<Panels> <= block_memory_bytes();
}

// Enqueues body(block, index, panels) for `count` blocks, below 2^31, of Tile::threads threads. The kernel is compiled
// for so many blocks on a multiprocessor at once. Throws std::runtime_error where the panels are larger than a block's
// memory.
template <class Tile, class Panels, int blocks_a_multiprocessor, class Body>
void launch_blocks(Space const& space, std::string const& label, std::int64_t count, Body const& body) {
  static_assert(std::is_trivially_copyable_v<Body>);  // it goes on when its host copy is gone
  if (count == 0) return;
  enqueue_blocks<Tile, Panels, blocks_a_multiprocessor>(space, label, int(count), panels_bytes<Panels>, body);
}

}  // namespace hpcadvise::kernels

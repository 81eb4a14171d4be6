// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tiles of wgmma: two warpgroups, one below the other, share the panel of B.

#include "kernels/device/gemm_tiles_mma_sync.hpp"
#include "kernels/fragment/wgmma.hpp"

namespace hpcadvise::kernels {

// All that 255 registers hold of sums, and most of a multiprocessor's memory.
inline constexpr TileExtents wgmma_large =
    asynchronous({.warps = {2, 1}, .fragments = {1, 1}, .depth = 64, .blocks = 1, .buffers = 4});
inline constexpr TileExtents wgmma_extents =
    asynchronous({.warps = {2, 1}, .fragments = {1, 1}, .depth = 64, .blocks = 2, .buffers = 3});
template <class Input>
using WgmmaLargeTile = GemmTile<WgmmaM64K16<Input, 256>, wgmma_large>;
template <class Input>
using WgmmaTile = GemmTile<WgmmaM64K16<Input, 128>, wgmma_extents>;

// The others are for small matrices, and launches that give a block little memory.
template <class Input>
using Sm90Tiles =
    TileList<WgmmaLargeTile<Input>, WgmmaTile<Input>, MmaSync16BitTile<Input>, MmaSync16BitSmallTile<Input>>;

}  // namespace hpcadvise::kernels

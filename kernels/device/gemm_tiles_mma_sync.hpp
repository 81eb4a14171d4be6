// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tiles of NVIDIA's instructions.

#include "kernels/device/gemm_extents.hpp"
#include "kernels/fragment/fma.hpp"
#include "kernels/fragment/mma_sync.hpp"

namespace hpcadvise::kernels {

// 16-bit mma.sync: warps of 64 x 64 but in the small one, as they read the least of the block's memory for their FLOPs
// that 255 registers allow.
inline constexpr TileExtents mma_sync_16_bit_extents =
    asynchronous({.warps = {2, 2}, .fragments = {4, 8}, .depth = 32, .blocks = 2, .buffers = 3});
inline constexpr TileExtents mma_sync_16_bit_large =
    asynchronous({.warps = {2, 4}, .fragments = {4, 8}, .depth = 32, .blocks = 1, .buffers = 4});
inline constexpr TileExtents mma_sync_16_bit_deep =
    asynchronous({.warps = {2, 4}, .fragments = {4, 8}, .depth = 64, .blocks = 1, .buffers = 3});
inline constexpr TileExtents mma_sync_16_bit_small =
    asynchronous({.warps = {2, 2}, .fragments = {2, 4}, .depth = 32, .blocks = 4, .buffers = 3});
template <class Input>
using MmaSync16BitTile = GemmTile<MmaSyncM16N8K16<Input>, mma_sync_16_bit_extents>;
template <class Input>
using MmaSync16BitLargeTile = GemmTile<MmaSyncM16N8K16<Input>, mma_sync_16_bit_large>;
template <class Input>
using MmaSync16BitDeepTile = GemmTile<MmaSyncM16N8K16<Input>, mma_sync_16_bit_deep>;
template <class Input>
using MmaSync16BitSmallTile = GemmTile<MmaSyncM16N8K16<Input>, mma_sync_16_bit_small>;

// tf32 is rounded from fp32 on its way.
inline constexpr TileExtents mma_sync_tf32_extents{
    .warps = {2, 4}, .fragments = {4, 4}, .depth = 16, .blocks = 1, .buffers = 2};
inline constexpr TileExtents mma_sync_tf32_small{
    .warps = {2, 2}, .fragments = {2, 4}, .depth = 16, .blocks = 3, .buffers = 2};
using MmaSyncTf32Tile = GemmTile<MmaSyncM16N8K8Tf32, mma_sync_tf32_extents>;
using MmaSyncTf32SmallTile = GemmTile<MmaSyncM16N8K8Tf32, mma_sync_tf32_small>;

// fp64 and fp32 are turned on their way where they have to be: FMA reads four rows or columns at once.
inline constexpr TileExtents mma_sync_fp64_extents =
    asynchronous({.warps = {2, 4}, .fragments = {4, 4}, .depth = 16, .blocks = 1, .buffers = 4});
inline constexpr TileExtents mma_sync_fp64_small =
    asynchronous({.warps = {2, 2}, .fragments = {2, 4}, .depth = 16, .blocks = 3, .buffers = 2});
using MmaSyncF64Tile =
    GemmTile<MmaSyncM16N8K4F64, mma_sync_fp64_extents, PanelOrder::along_width, PanelOrder::along_width>;
using MmaSyncF64SmallTile =
    GemmTile<MmaSyncM16N8K4F64, mma_sync_fp64_small, PanelOrder::along_width, PanelOrder::along_width>;

inline constexpr TileExtents fma_extents =
    asynchronous({.warps = {2, 2}, .fragments = {1, 1}, .depth = 16, .blocks = 3, .buffers = 3});
inline constexpr TileExtents fma_large =
    asynchronous({.warps = {4, 2}, .fragments = {2, 1}, .depth = 8, .blocks = 1, .buffers = 4});
inline constexpr TileExtents fma_small =
    asynchronous({.warps = {1, 2}, .fragments = {1, 1}, .depth = 16, .blocks = 5, .buffers = 3});
using FmaF32LargeTile = GemmTile<FmaF32, fma_large, PanelOrder::along_width, PanelOrder::along_width>;
using FmaF32Tile = GemmTile<FmaF32, fma_extents, PanelOrder::along_width, PanelOrder::along_width>;
using FmaF32SmallTile = GemmTile<FmaF32, fma_small, PanelOrder::along_width, PanelOrder::along_width>;

template <class Input>
using MmaSync16BitTiles = TileList<MmaSync16BitTile<Input>, MmaSync16BitLargeTile<Input>, MmaSync16BitDeepTile<Input>,
                                   MmaSync16BitSmallTile<Input>>;
using MmaSyncTf32Tiles = TileList<MmaSyncTf32Tile, MmaSyncTf32SmallTile>;
using MmaSyncF64Tiles = TileList<MmaSyncF64Tile, MmaSyncF64SmallTile>;
using FmaF32Tiles = TileList<FmaF32LargeTile, FmaF32Tile, FmaF32SmallTile>;

}  // namespace hpcadvise::kernels

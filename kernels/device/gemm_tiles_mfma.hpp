// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tiles of gfx90a's instructions. Where two buffers would leave room for one block alone there is one, and the other
// block multiplies while the panels of this one are stored.

#include "kernels/device/gemm_extents.hpp"
#include "kernels/fragment/mfma.hpp"

namespace hpcadvise::kernels {

inline constexpr TileExtents mfma_32_extents{.warps = {2, 2}, .fragments = {2, 2}, .depth = 32};
inline constexpr TileExtents mfma_32_large{.warps = {2, 2}, .fragments = {2, 4}, .depth = 32, .blocks = 1};
inline constexpr TileExtents mfma_32_small{
    .warps = {2, 2}, .fragments = {1, 1}, .depth = 32, .blocks = 2, .buffers = 2};
inline constexpr TileExtents mfma_16_extents{.warps = {2, 2}, .fragments = {4, 4}, .depth = 32};
template <class Input>
using Mfma32Tile = GemmTile<MfmaF32<32, Input>, mfma_32_extents>;
template <class Input>
using Mfma32LargeTile = GemmTile<MfmaF32<32, Input>, mfma_32_large>;
template <class Input>
using Mfma32SmallTile = GemmTile<MfmaF32<32, Input>, mfma_32_small>;
template <class Input>
using Mfma16Tile = GemmTile<MfmaF32<16, Input>, mfma_16_extents>;

inline constexpr TileExtents mfma_fp32_extents{.warps = {2, 2}, .fragments = {2, 2}, .depth = 16};
inline constexpr TileExtents mfma_fp32_small{
    .warps = {2, 2}, .fragments = {1, 1}, .depth = 16, .blocks = 2, .buffers = 2};
inline constexpr TileExtents mfma_f64_extents{.warps = {2, 2}, .fragments = {2, 4}, .depth = 16};
using MfmaFp32Tile = GemmTile<MfmaFp32, mfma_fp32_extents>;
using MfmaFp32SmallTile = GemmTile<MfmaFp32, mfma_fp32_small>;
using MfmaF64Tile = GemmTile<MfmaF64, mfma_f64_extents>;

template <class Input>
using Mfma16BitTiles = TileList<Mfma32Tile<Input>, Mfma16Tile<Input>, Mfma32LargeTile<Input>, Mfma32SmallTile<Input>>;
using MfmaFp32Tiles = TileList<MfmaFp32Tile, MfmaFp32SmallTile>;
using MfmaF64Tiles = TileList<MfmaF64Tile>;

}  // namespace hpcadvise::kernels

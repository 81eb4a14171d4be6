// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tiles for each instruction. The first has accumulators of 64 32-bit registers a lane and 256 threads, which leaves
// room for two blocks on a multiprocessor; FMA needs operands in more registers than that leaves, and gets three blocks
// of 128. 16-bit instructions have a large one beside it, that reads less of A and B for its FLOPs and leaves room for
// one block, and all a small one, for matrices that do not fill the device with the first. Which is best for a shape is
// measured: see gemm.hpp.

#include "kernels/device/gemm_tile.hpp"
#include "kernels/fragment/fma.hpp"
#include "kernels/fragment/mfma.hpp"
#include "kernels/fragment/mma_sync.hpp"
#include "kernels/fragment/native.hpp"

#include <type_traits>

namespace hpcadvise::kernels {

inline constexpr TileExtents mma_sync_16_bit_extents{
    .warps_down = 2, .warps_across = 4, .fragments_down = 4, .fragments_across = 4, .depth = 32};
inline constexpr TileExtents mma_sync_16_bit_large{
    .warps_down = 2, .warps_across = 4, .fragments_down = 4, .fragments_across = 8, .depth = 32, .blocks = 1};
inline constexpr TileExtents mma_sync_16_bit_small{
    .warps_down = 2, .warps_across = 2, .fragments_down = 2, .fragments_across = 4, .depth = 64, .blocks = 4};
inline constexpr TileExtents mma_sync_small{
    .warps_down = 2, .warps_across = 2, .fragments_down = 2, .fragments_across = 4, .depth = 16, .blocks = 4};
inline constexpr TileExtents mma_sync_extents{
    .warps_down = 2, .warps_across = 4, .fragments_down = 4, .fragments_across = 4, .depth = 16};
using MmaSyncF16Tile = GemmTile<MmaSyncM16N8K16<Half>, mma_sync_16_bit_extents>;
using MmaSyncBf16Tile = GemmTile<MmaSyncM16N8K16<BFloat16>, mma_sync_16_bit_extents>;
using MmaSyncTf32Tile = GemmTile<MmaSyncM16N8K8Tf32, mma_sync_extents>;
inline constexpr TileExtents mma_sync_fp64_extents{
    .warps_down = 2, .warps_across = 2, .fragments_down = 4, .fragments_across = 4, .depth = 16, .blocks = 3};
using MmaSyncF64Tile = GemmTile<MmaSyncM8N8K4F64, mma_sync_fp64_extents>;

inline constexpr TileExtents fma_extents{
    .warps_down = 2, .warps_across = 2, .fragments_down = 1, .fragments_across = 1, .depth = 16, .blocks = 3};
using FmaF32Tile = GemmTile<FmaF32, fma_extents>;
inline constexpr TileExtents fma_small{
    .warps_down = 1, .warps_across = 2, .fragments_down = 1, .fragments_across = 1, .depth = 16, .blocks = 6};

inline constexpr TileExtents mfma_32_extents{
    .warps_down = 2, .warps_across = 2, .fragments_down = 2, .fragments_across = 2, .depth = 32};
inline constexpr TileExtents mfma_32_large{
    .warps_down = 2, .warps_across = 2, .fragments_down = 2, .fragments_across = 4, .depth = 32, .blocks = 1};
inline constexpr TileExtents mfma_32_small{
    .warps_down = 2, .warps_across = 2, .fragments_down = 1, .fragments_across = 1, .depth = 32};
inline constexpr TileExtents mfma_fp32_small{
    .warps_down = 2, .warps_across = 2, .fragments_down = 1, .fragments_across = 1, .depth = 16};
inline constexpr TileExtents mfma_16_extents{
    .warps_down = 2, .warps_across = 2, .fragments_down = 4, .fragments_across = 4, .depth = 32};
inline constexpr TileExtents mfma_fp32_extents{
    .warps_down = 2, .warps_across = 2, .fragments_down = 2, .fragments_across = 2, .depth = 16};
inline constexpr TileExtents mfma_f64_extents{
    .warps_down = 2, .warps_across = 2, .fragments_down = 2, .fragments_across = 4, .depth = 16};
using Mfma32F16Tile = GemmTile<MfmaF32<32, Half>, mfma_32_extents>;
using Mfma32Bf16Tile = GemmTile<MfmaF32<32, BFloat16>, mfma_32_extents>;
using Mfma16F16Tile = GemmTile<MfmaF32<16, Half>, mfma_16_extents>;
using Mfma16Bf16Tile = GemmTile<MfmaF32<16, BFloat16>, mfma_16_extents>;
using MfmaFp32Tile = GemmTile<MfmaFp32, mfma_fp32_extents>;
using MfmaF64Tile = GemmTile<MfmaF64, mfma_f64_extents>;

template <class... Tile>
struct TileList {};

template <class Input>
using MmaSync16BitTiles = TileList<GemmTile<MmaSyncM16N8K16<Input>, mma_sync_16_bit_extents>,
                                   GemmTile<MmaSyncM16N8K16<Input>, mma_sync_16_bit_large>,
                                   GemmTile<MmaSyncM16N8K16<Input>, mma_sync_16_bit_small>>;
template <class Input>
using Mfma16BitTiles =
    TileList<GemmTile<MfmaF32<32, Input>, mfma_32_extents>, GemmTile<MfmaF32<16, Input>, mfma_16_extents>,
             GemmTile<MfmaF32<32, Input>, mfma_32_large>, GemmTile<MfmaF32<32, Input>, mfma_32_small>>;
using Tf32Tiles = TileList<MmaSyncTf32Tile, GemmTile<MmaSyncM16N8K8Tf32, mma_sync_small>>;

// Those of the device that is compiled for, to choose from.
template <class Mfma, class MmaSync>
using NativeTiles = std::conditional_t<native_is_mfma, Mfma, MmaSync>;
using NativeF16Tiles = NativeTiles<Mfma16BitTiles<Half>, MmaSync16BitTiles<Half>>;
using NativeBf16Tiles = NativeTiles<Mfma16BitTiles<BFloat16>, MmaSync16BitTiles<BFloat16>>;
using NativeF32Tiles = NativeTiles<TileList<MfmaFp32Tile, GemmTile<MfmaFp32, mfma_fp32_small>>,
                                   TileList<FmaF32Tile, GemmTile<FmaF32, fma_small>>>;
using NativeF64Tiles =
    NativeTiles<TileList<MfmaF64Tile>, TileList<MmaSyncF64Tile, GemmTile<MmaSyncM8N8K4F64, mma_sync_small>>>;

}  // namespace hpcadvise::kernels

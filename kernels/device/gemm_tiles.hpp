// SPDX-License-Identifier: Apache-2.0
#pragma once

// A tile for each instruction: accumulators of 64 32-bit registers a lane, and 256 threads, which leaves room for two
// blocks on a multiprocessor. FMA needs operands in more registers than that leaves, and gets three blocks of 128. Not
// tuned on any device.

#include "kernels/device/gemm_tile.hpp"
#include "kernels/fragment/fma.hpp"
#include "kernels/fragment/mfma.hpp"
#include "kernels/fragment/mma_sync.hpp"
#include "kernels/fragment/native.hpp"

#include <type_traits>

namespace hpcadvise::kernels {

inline constexpr TileExtents mma_sync_16_bit_extents{
    .warps_down = 2, .warps_across = 4, .fragments_down = 4, .fragments_across = 4, .depth = 32};
inline constexpr TileExtents mma_sync_extents{
    .warps_down = 2, .warps_across = 4, .fragments_down = 4, .fragments_across = 4, .depth = 16};
using MmaSyncF16Tile = GemmTile<MmaSyncM16N8K16<Half>, mma_sync_16_bit_extents>;
using MmaSyncBf16Tile = GemmTile<MmaSyncM16N8K16<BFloat16>, mma_sync_16_bit_extents>;
using MmaSyncTf32Tile = GemmTile<MmaSyncM16N8K8Tf32, mma_sync_extents>;
using MmaSyncF64Tile = GemmTile<MmaSyncM8N8K4F64, mma_sync_extents>;

inline constexpr TileExtents fma_extents{
    .warps_down = 2, .warps_across = 2, .fragments_down = 1, .fragments_across = 1, .depth = 16, .blocks = 3};
using FmaF32Tile = GemmTile<FmaF32, fma_extents>;

inline constexpr TileExtents mfma_32_extents{
    .warps_down = 2, .warps_across = 2, .fragments_down = 2, .fragments_across = 2, .depth = 32};
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

// Those of the device that is compiled for.
template <class Mfma, class MmaSync>
using NativeTile = std::conditional_t<native_is_mfma, Mfma, MmaSync>;
using NativeF16Tile = NativeTile<Mfma32F16Tile, MmaSyncF16Tile>;
using NativeBf16Tile = NativeTile<Mfma32Bf16Tile, MmaSyncBf16Tile>;
using NativeF32Tile = NativeTile<MfmaFp32Tile, FmaF32Tile>;
using NativeF64Tile = NativeTile<MfmaF64Tile, MmaSyncF64Tile>;

}  // namespace hpcadvise::kernels

// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tiles for each instruction, the one first that serves most shapes. The large ones read less of A and B for their
// FLOPs and leave room for one block on a multiprocessor; small ones are for matrices that do not fill the device with
// the others, and take no more than 48 KiB, which every launch can have. Which is best for a shape is measured: see
// gemm.hpp. docs/gpu_kernels.md has what they cost.

#include "kernels/device/gemm_tile.hpp"
#include "kernels/fragment/fma.hpp"
#include "kernels/fragment/mfma.hpp"
#include "kernels/fragment/mma_sync.hpp"
#include "kernels/fragment/native.hpp"

#include <type_traits>

namespace hpcadvise::kernels {

// 16-bit mma.sync: warps of 64 x 64 but in the small one, as they read the least of the block's memory for their FLOPs
// that 255 registers allow.
inline constexpr TileExtents mma_sync_16_bit_extents{.warps_down = 2,
                                                     .warps_across = 2,
                                                     .fragments_down = 4,
                                                     .fragments_across = 8,
                                                     .depth = 32,
                                                     .blocks = 2,
                                                     .buffers = 3,
                                                     .copies = PanelCopies::asynchronous};
inline constexpr TileExtents mma_sync_16_bit_large{.warps_down = 2,
                                                   .warps_across = 4,
                                                   .fragments_down = 4,
                                                   .fragments_across = 8,
                                                   .depth = 32,
                                                   .blocks = 1,
                                                   .buffers = 4,
                                                   .copies = PanelCopies::asynchronous};
inline constexpr TileExtents mma_sync_16_bit_deep{.warps_down = 2,
                                                  .warps_across = 4,
                                                  .fragments_down = 4,
                                                  .fragments_across = 8,
                                                  .depth = 64,
                                                  .blocks = 1,
                                                  .buffers = 3,
                                                  .copies = PanelCopies::asynchronous};
inline constexpr TileExtents mma_sync_16_bit_small{.warps_down = 2,
                                                   .warps_across = 2,
                                                   .fragments_down = 2,
                                                   .fragments_across = 4,
                                                   .depth = 32,
                                                   .blocks = 4,
                                                   .buffers = 3,
                                                   .copies = PanelCopies::asynchronous};
template <class Input>
using MmaSync16BitTile = GemmTile<MmaSyncM16N8K16<Input>, mma_sync_16_bit_extents>;
template <class Input>
using MmaSync16BitLargeTile = GemmTile<MmaSyncM16N8K16<Input>, mma_sync_16_bit_large>;
template <class Input>
using MmaSync16BitDeepTile = GemmTile<MmaSyncM16N8K16<Input>, mma_sync_16_bit_deep>;
template <class Input>
using MmaSync16BitSmallTile = GemmTile<MmaSyncM16N8K16<Input>, mma_sync_16_bit_small>;

// tf32 is rounded from fp32 on its way.
inline constexpr TileExtents mma_sync_tf32_extents{.warps_down = 2,
                                                   .warps_across = 4,
                                                   .fragments_down = 4,
                                                   .fragments_across = 4,
                                                   .depth = 16,
                                                   .blocks = 1,
                                                   .buffers = 2};
inline constexpr TileExtents mma_sync_tf32_small{.warps_down = 2,
                                                 .warps_across = 2,
                                                 .fragments_down = 2,
                                                 .fragments_across = 4,
                                                 .depth = 16,
                                                 .blocks = 4,
                                                 .buffers = 2};
using MmaSyncTf32Tile = GemmTile<MmaSyncM16N8K8Tf32, mma_sync_tf32_extents>;
using MmaSyncTf32SmallTile = GemmTile<MmaSyncM16N8K8Tf32, mma_sync_tf32_small>;

// fp64 and fp32 are turned on their way where they have to be: FMA reads four rows or columns at once.
inline constexpr TileExtents mma_sync_fp64_extents{.warps_down = 2,
                                                   .warps_across = 4,
                                                   .fragments_down = 4,
                                                   .fragments_across = 4,
                                                   .depth = 16,
                                                   .blocks = 1,
                                                   .buffers = 4,
                                                   .copies = PanelCopies::asynchronous};
inline constexpr TileExtents mma_sync_fp64_small{.warps_down = 2,
                                                 .warps_across = 2,
                                                 .fragments_down = 2,
                                                 .fragments_across = 4,
                                                 .depth = 16,
                                                 .blocks = 3,
                                                 .buffers = 2,
                                                 .copies = PanelCopies::asynchronous};
using MmaSyncF64Tile =
    GemmTile<MmaSyncM16N8K4F64, mma_sync_fp64_extents, PanelOrder::along_width, PanelOrder::along_width>;
using MmaSyncF64SmallTile =
    GemmTile<MmaSyncM16N8K4F64, mma_sync_fp64_small, PanelOrder::along_width, PanelOrder::along_width>;

inline constexpr TileExtents fma_extents{.warps_down = 2,
                                         .warps_across = 2,
                                         .fragments_down = 1,
                                         .fragments_across = 1,
                                         .depth = 16,
                                         .blocks = 3,
                                         .buffers = 3,
                                         .copies = PanelCopies::asynchronous};
inline constexpr TileExtents fma_large{.warps_down = 4,
                                       .warps_across = 2,
                                       .fragments_down = 2,
                                       .fragments_across = 1,
                                       .depth = 8,
                                       .blocks = 1,
                                       .buffers = 4,
                                       .copies = PanelCopies::asynchronous};
inline constexpr TileExtents fma_small{.warps_down = 1,
                                       .warps_across = 2,
                                       .fragments_down = 1,
                                       .fragments_across = 1,
                                       .depth = 16,
                                       .blocks = 5,
                                       .buffers = 3,
                                       .copies = PanelCopies::asynchronous};
using FmaF32LargeTile = GemmTile<FmaF32, fma_large, PanelOrder::along_width, PanelOrder::along_width>;
using FmaF32Tile = GemmTile<FmaF32, fma_extents, PanelOrder::along_width, PanelOrder::along_width>;
using FmaF32SmallTile = GemmTile<FmaF32, fma_small, PanelOrder::along_width, PanelOrder::along_width>;

// MFMA: where two buffers would leave room for one block alone there is one, and the other block multiplies while the
// panels of this one are stored.
inline constexpr TileExtents mfma_32_extents{
    .warps_down = 2, .warps_across = 2, .fragments_down = 2, .fragments_across = 2, .depth = 32};
inline constexpr TileExtents mfma_32_large{
    .warps_down = 2, .warps_across = 2, .fragments_down = 2, .fragments_across = 4, .depth = 32, .blocks = 1};
inline constexpr TileExtents mfma_32_small{.warps_down = 2,
                                           .warps_across = 2,
                                           .fragments_down = 1,
                                           .fragments_across = 1,
                                           .depth = 32,
                                           .blocks = 2,
                                           .buffers = 2};
inline constexpr TileExtents mfma_16_extents{
    .warps_down = 2, .warps_across = 2, .fragments_down = 4, .fragments_across = 4, .depth = 32};
template <class Input>
using Mfma32Tile = GemmTile<MfmaF32<32, Input>, mfma_32_extents>;
template <class Input>
using Mfma32LargeTile = GemmTile<MfmaF32<32, Input>, mfma_32_large>;
template <class Input>
using Mfma32SmallTile = GemmTile<MfmaF32<32, Input>, mfma_32_small>;
template <class Input>
using Mfma16Tile = GemmTile<MfmaF32<16, Input>, mfma_16_extents>;

inline constexpr TileExtents mfma_fp32_extents{
    .warps_down = 2, .warps_across = 2, .fragments_down = 2, .fragments_across = 2, .depth = 16};
inline constexpr TileExtents mfma_fp32_small{.warps_down = 2,
                                             .warps_across = 2,
                                             .fragments_down = 1,
                                             .fragments_across = 1,
                                             .depth = 16,
                                             .blocks = 2,
                                             .buffers = 2};
inline constexpr TileExtents mfma_f64_extents{
    .warps_down = 2, .warps_across = 2, .fragments_down = 2, .fragments_across = 4, .depth = 16};
using MfmaFp32Tile = GemmTile<MfmaFp32, mfma_fp32_extents>;
using MfmaFp32SmallTile = GemmTile<MfmaFp32, mfma_fp32_small>;
using MfmaF64Tile = GemmTile<MfmaF64, mfma_f64_extents>;

template <class... Tile>
struct TileList {};

template <class Input>
using MmaSync16BitTiles = TileList<MmaSync16BitTile<Input>, MmaSync16BitLargeTile<Input>, MmaSync16BitDeepTile<Input>,
                                   MmaSync16BitSmallTile<Input>>;
template <class Input>
using Mfma16BitTiles = TileList<Mfma32Tile<Input>, Mfma16Tile<Input>, Mfma32LargeTile<Input>, Mfma32SmallTile<Input>>;
using MmaSyncTf32Tiles = TileList<MmaSyncTf32Tile, MmaSyncTf32SmallTile>;
using MmaSyncF64Tiles = TileList<MmaSyncF64Tile, MmaSyncF64SmallTile>;
using FmaF32Tiles = TileList<FmaF32LargeTile, FmaF32Tile, FmaF32SmallTile>;
using MfmaFp32Tiles = TileList<MfmaFp32Tile, MfmaFp32SmallTile>;
using MfmaF64Tiles = TileList<MfmaF64Tile>;

// Those of the device that is compiled for, to choose from.
template <class Mfma, class MmaSync>
using NativeTiles = std::conditional_t<native_is_mfma, Mfma, MmaSync>;
using NativeF16Tiles = NativeTiles<Mfma16BitTiles<Half>, MmaSync16BitTiles<Half>>;
using NativeBf16Tiles = NativeTiles<Mfma16BitTiles<BFloat16>, MmaSync16BitTiles<BFloat16>>;
using NativeTf32Tiles = NativeTiles<TileList<>, MmaSyncTf32Tiles>;
using NativeF32Tiles = NativeTiles<MfmaFp32Tiles, FmaF32Tiles>;
using NativeF64Tiles = NativeTiles<MfmaF64Tiles, MmaSyncF64Tiles>;

template <class Tile, PanelOrder a_order, PanelOrder b_order>
using OrderedTile = GemmTile<typename Tile::Instruction, Tile::extents, a_order, b_order>;

// act(std::type_identity<Tile>): of a tile whose copies turn nothing, with its panels as the operands lie.
template <class Tile, class Element, class Output, class Act>
void with_panel_orders(DeviceGemm<Element, Output> const& gemm, Act act) {
  if constexpr (Tile::turns_operands) {
    act(std::type_identity<Tile>{});
  } else {
    using enum PanelOrder;
    bool const b_along_depth = gemm.b.depth_stride == 1;
    if (gemm.a.depth_stride == 1 && b_along_depth)
      act(std::type_identity<OrderedTile<Tile, along_depth, along_depth>>{});
    else if (gemm.a.depth_stride == 1)
      act(std::type_identity<OrderedTile<Tile, along_depth, along_width>>{});
    else if (b_along_depth)
      act(std::type_identity<OrderedTile<Tile, along_width, along_depth>>{});
    else
      act(std::type_identity<OrderedTile<Tile, along_width, along_width>>{});
  }
}

}  // namespace hpcadvise::kernels

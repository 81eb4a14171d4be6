// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tiles for each instruction, the one first that serves most shapes. The large ones read less of A and B for their
// FLOPs and leave room for one block on a multiprocessor; small ones are for matrices that do not fill the device with
// the others, and take no more than 48 KiB, which every launch can have. Which is best for a shape is measured: see
// gemm.hpp. docs/gpu_kernels.md has what they cost.

#include "kernels/device/gemm_tile.hpp"
#include "kernels/device/gemm_tiles_mfma.hpp"
#include "kernels/device/gemm_tiles_mma_sync.hpp"
#include "kernels/device/gemm_tiles_wgmma.hpp"
#include "kernels/fragment/native.hpp"

#include <type_traits>

namespace hpcadvise::kernels {

// Those of the device that is compiled for, to choose from.
template <class Mfma, class MmaSync>
using NativeTiles = std::conditional_t<native_is_mfma, Mfma, MmaSync>;
template <class Input>
using Nvidia16BitTiles = std::conditional_t<native_has_wgmma, Sm90Tiles<Input>, MmaSync16BitTiles<Input>>;
using NativeF16Tiles = NativeTiles<Mfma16BitTiles<Half>, Nvidia16BitTiles<Half>>;
using NativeBf16Tiles = NativeTiles<Mfma16BitTiles<BFloat16>, Nvidia16BitTiles<BFloat16>>;
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

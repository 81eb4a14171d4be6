// SPDX-License-Identifier: Apache-2.0
#pragma once

// A warp's sums on their way to C.

#include "kernels/device/gemm_warp.hpp"
#include "kernels/fragment/number_formats.hpp"

#include <cstdint>

namespace hpcadvise::kernels::detail {

// How many of a lane's elements of C, from a multiple of it on, are neighbours in a row: at most 16 bytes of them.
template <class Instruction, class Output>
inline constexpr int stored_at_once = [] {
  int count = 1;
  while (2 * count <= wide_access<Output> && 2 * count <= c_elements<Instruction> &&
         Instruction::c_position(0, 2 * count - 1).row == Instruction::c_position(0, 0).row &&
         Instruction::c_position(0, 2 * count - 1).column == Instruction::c_position(0, 0).column + 2 * count - 1) {
    count *= 2;
  }
  return count;
}();

// The fragment whose corner is element (corner.row, corner.column) of C. `inside`: it ends within C, and C is wide.
template <bool inside, class Warp, class Element, class Output>
HPCADVISE_DEVICE_FUNCTION void store_c(Warp warp, CFragment<Warp> const& fragment,
                                       DeviceGemm<Element, Output> const& gemm, TileCorner corner) {
  using Instruction = typename Warp::Instruction;
  constexpr int count = stored_at_once<Instruction, Output>;
  for (int held = 0; held < Warp::lanes_held; ++held) {
    HPCADVISE_UNROLL
    for (int element = 0; element < c_elements<Instruction>; element += count) {
      Position const at = Instruction::c_position(warp.lane(held), element);
      std::int64_t const row = corner.row + at.row;
      std::int64_t const column = corner.column + at.column;
      Registers<Output, count> part;
      HPCADVISE_UNROLL
      for (int i = 0; i < count; ++i) part.element[i] = converted<Output>(fragment.held[held].element[element + i]);
      Output* const to = gemm.c + row * gemm.c_row_stride + column;
      if constexpr (inside) {
        store_adjacent<count>(to, part.element);
      } else {
        HPCADVISE_UNROLL
        for (int i = 0; i < count; ++i) {
          if (row < gemm.a.width && column + i < gemm.b.width) to[i] = part.element[i];
        }
      }
    }
  }
}

template <bool inside, class Tile, class Warp, class Element, class Output>
HPCADVISE_DEVICE_FUNCTION void store_fragments(Warp warp, GemmSums<Tile, Warp> const& registers,
                                               DeviceGemm<Element, Output> const& gemm, TileCorner corner) {
  HPCADVISE_UNROLL
  for (int i = 0; i < Tile::extents.fragments.down; ++i) {
    HPCADVISE_UNROLL
    for (int j = 0; j < Tile::extents.fragments.across; ++j) {
      store_c<inside>(
          warp, registers.sums[i][j], gemm,
          {.row = corner.row + i * Tile::Instruction::m, .column = corner.column + j * Tile::Instruction::n});
    }
  }
}

template <class Tile, class Warp, class Element, class Output>
HPCADVISE_DEVICE_FUNCTION void store_sums(Warp warp, int warp_index, GemmSums<Tile, Warp> const& registers,
                                          DeviceGemm<Element, Output> const& gemm, TileCorner corner) {
  constexpr int warps_across = Tile::extents.warps.across;
  TileCorner const own{.row = corner.row + warp_index / warps_across * Tile::warp_rows,
                       .column = corner.column + warp_index % warps_across * Tile::warp_columns};
  if (gemm.c_wide && own.row + Tile::warp_rows <= gemm.a.width && own.column + Tile::warp_columns <= gemm.b.width)
    store_fragments<true>(warp, registers, gemm, own);
  else
    store_fragments<false>(warp, registers, gemm, own);
}

}  // namespace hpcadvise::kernels::detail

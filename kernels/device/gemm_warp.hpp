// SPDX-License-Identifier: Apache-2.0
#pragma once

// A warp's part of a tile of C: what it holds, and what it does with a block's panels.

#include "kernels/device/gemm_extents.hpp"
#include "kernels/fragment/fragment.hpp"

namespace hpcadvise::kernels {

template <class Tile, class Warp>
struct GemmSums {
  CFragment<Warp> sums[Tile::extents.fragments.down][Tile::extents.fragments.across];
};

// With the operands of a product and of the one that is next.
template <class Tile, class Warp>
struct GemmWarp : GemmSums<Tile, Warp> {
  AFragment<Warp> a[2][Tile::extents.fragments.down];
  BFragment<Warp> b[2][Tile::extents.fragments.across];
};

namespace detail {

template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void clear(GemmSums<Tile, Warp>& registers) {
  HPCADVISE_UNROLL
  for (auto& row : registers.sums) {
    HPCADVISE_UNROLL
    for (auto& fragment : row) fragment = {};
  }
}

// The operands of one of the products that a panel's depth is made of.
template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void load_operands(Warp warp, int warp_index, typename Tile::Panels const& panels,
                                             int product, GemmWarp<Tile, Warp>& registers) {
  using Instruction = typename Tile::Instruction;
  constexpr TileExtents extents = Tile::extents;
  int const first_row = warp_index / extents.warps.across * Tile::warp_rows;
  int const first_column = warp_index % extents.warps.across * Tile::warp_columns;
  HPCADVISE_UNROLL
  for (int i = 0; i < extents.fragments.down; ++i) {
    auto const* const at = panels.a.at + panels.a.place(first_row + i * Instruction::m, product * Instruction::k);
    auto& fragment = registers.a[product % 2][i];
    if constexpr (Tile::a_order == PanelOrder::along_depth)
      load_a(warp, fragment, at, panels.a.stride);
    else
      load_column_major_a(warp, fragment, at, panels.a.stride);
  }
  HPCADVISE_UNROLL
  for (int j = 0; j < extents.fragments.across; ++j) {
    auto const* const at = panels.b.at + panels.b.place(first_column + j * Instruction::n, product * Instruction::k);
    auto& fragment = registers.b[product % 2][j];
    if constexpr (Tile::b_order == PanelOrder::along_depth)
      load_b(warp, fragment, at, panels.b.stride);
    else
      load_row_major_b(warp, fragment, at, panels.b.stride);
  }
}

template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void multiply(int product, GemmWarp<Tile, Warp>& registers) {
  HPCADVISE_UNROLL
  for (int i = 0; i < Tile::extents.fragments.down; ++i) {
    HPCADVISE_UNROLL
    for (int j = 0; j < Tile::extents.fragments.across; ++j) {
      Warp::multiply_accumulate(registers.sums[i][j], registers.a[product % 2][i], registers.b[product % 2][j]);
    }
  }
}

template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void load_first(Warp warp, int warp_index, typename Tile::Panels const& panels,
                                          GemmWarp<Tile, Warp>& registers) {
  load_operands<Tile>(warp, warp_index, panels, 0, registers);
}

// Reads the operands of the last one too: after it, the warp needs the panels no more.
template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void multiply_all_but_last(Warp warp, int warp_index, typename Tile::Panels const& panels,
                                                     GemmWarp<Tile, Warp>& registers) {
  HPCADVISE_UNROLL
  for (int product = 0; product < Tile::products - 1; ++product) {
    load_operands<Tile>(warp, warp_index, panels, product + 1, registers);
    multiply<Tile>(product, registers);
  }
}

template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void multiply_last(GemmWarp<Tile, Warp>& registers) {
  multiply<Tile>(Tile::products - 1, registers);
}

}  // namespace detail

}  // namespace hpcadvise::kernels

// SPDX-License-Identifier: Apache-2.0
#pragma once

// A block's tile of C = op(A) op(B) with a matrix instruction: panels of A and B are copied into the block's memory,
// in the instruction's format, and multiplied from there by each warp into its part of the tile. Any shape: what lies
// beyond the matrices is copied as zero and not stored.

#include "kernels/device/copy_panel.hpp"
#include "kernels/fragment/block.hpp"

#include <cstdint>

namespace hpcadvise::kernels {

// op(A) is a.width x a.depth, op(B) b.depth x b.width; the depths agree. C is row-major.
template <class Element, class Output>
struct DeviceGemm {
  PanelSource<Element> a;
  PanelSource<Element> b;
  Output* c;
  std::int64_t c_row_stride;
  bool a_wide = false;  // is_wide(a)
  bool b_wide = false;
};

// A block is warps_down x warps_across warps, the part of each fragments_down x fragments_across instructions' C.
struct TileExtents {
  int warps_down;
  int warps_across;
  int fragments_down;
  int fragments_across;
  int depth;       // of the panels that are copied at once; a multiple of the instruction's k
  int blocks = 2;  // that a multiprocessor holds at once: what a kernel is compiled for
};

template <class InstructionType, TileExtents extents_>
struct GemmTile {
  using Instruction = InstructionType;
  using Input = typename Instruction::Input;
  static constexpr TileExtents extents = extents_;
  static constexpr int warps = extents.warps_down * extents.warps_across;
  static constexpr int threads = warps * Instruction::lanes;
  static constexpr int warp_rows = extents.fragments_down * Instruction::m;
  static constexpr int warp_columns = extents.fragments_across * Instruction::n;
  static constexpr int rows = extents.warps_down * warp_rows;
  static constexpr int columns = extents.warps_across * warp_columns;
  // Elements from one row of a panel to the next. The padding puts the lanes of mma.sync into different memory banks.
  static constexpr int stride = extents.depth + 4 * Instruction::adjacent;
  static_assert(extents.depth % Instruction::k == 0);

  // In the block's memory.
  struct Panels {
    alignas(16) Input a[rows * stride];
    alignas(16) Input b[columns * stride];
  };
  template <class Warp>
  struct Sums {
    CFragment<Warp> at[extents.fragments_down][extents.fragments_across];
  };
};

namespace detail {

template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void clear(typename Tile::template Sums<Warp>& sums) {
  HPCADVISE_UNROLL
  for (auto& row : sums.at) {
    HPCADVISE_UNROLL
    for (auto& fragment : row) fragment = {};
  }
}

template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void multiply_panels(Warp warp, int warp_index, typename Tile::Panels const& panels,
                                               typename Tile::template Sums<Warp>& sums) {
  using Instruction = typename Tile::Instruction;
  constexpr TileExtents extents = Tile::extents;
  auto const* const a_panel = panels.a + warp_index / extents.warps_across * Tile::warp_rows * Tile::stride;
  auto const* const b_panel = panels.b + warp_index % extents.warps_across * Tile::warp_columns * Tile::stride;
  HPCADVISE_UNROLL_4
  for (int p = 0; p < extents.depth; p += Instruction::k) {
    AFragment<Warp> a[extents.fragments_down];
    BFragment<Warp> b[extents.fragments_across];
    HPCADVISE_UNROLL
    for (int i = 0; i < extents.fragments_down; ++i) {
      load_a(warp, a[i], a_panel + i * Instruction::m * Tile::stride + p, Tile::stride);
    }
    HPCADVISE_UNROLL
    for (int j = 0; j < extents.fragments_across; ++j) {
      load_b(warp, b[j], b_panel + j * Instruction::n * Tile::stride + p, Tile::stride);
    }
    HPCADVISE_UNROLL
    for (int i = 0; i < extents.fragments_down; ++i) {
      HPCADVISE_UNROLL
      for (int j = 0; j < extents.fragments_across; ++j) warp.multiply_accumulate(sums.at[i][j], a[i], b[j]);
    }
  }
}

// The fragment whose corner is element (first_row, first_column) of C.
template <class Warp, class Element, class Output>
HPCADVISE_DEVICE_FUNCTION void store_c(Warp warp, CFragment<Warp> const& fragment,
                                       DeviceGemm<Element, Output> const& gemm, std::int64_t first_row,
                                       std::int64_t first_column) {
  using Instruction = typename Warp::Instruction;
  for (int held = 0; held < Warp::lanes_held; ++held) {
    HPCADVISE_UNROLL
    for (int element = 0; element < c_elements<Instruction>; ++element) {
      Position const at = Instruction::c_position(warp.lane(held), element);
      std::int64_t const row = first_row + at.row;
      std::int64_t const column = first_column + at.column;
      if (row < gemm.a.width && column < gemm.b.width) {
        gemm.c[row * gemm.c_row_stride + column] = converted<Output>(fragment.held[held].element[element]);
      }
    }
  }
}

template <class Tile, class Warp, class Element, class Output>
HPCADVISE_DEVICE_FUNCTION void store_sums(Warp warp, int warp_index, typename Tile::template Sums<Warp> const& sums,
                                          DeviceGemm<Element, Output> const& gemm, std::int64_t first_row,
                                          std::int64_t first_column) {
  constexpr TileExtents extents = Tile::extents;
  std::int64_t const row = first_row + warp_index / extents.warps_across * Tile::warp_rows;
  std::int64_t const column = first_column + warp_index % extents.warps_across * Tile::warp_columns;
  HPCADVISE_UNROLL
  for (int i = 0; i < extents.fragments_down; ++i) {
    HPCADVISE_UNROLL
    for (int j = 0; j < extents.fragments_across; ++j) {
      store_c(warp, sums.at[i][j], gemm, row + i * Tile::Instruction::m, column + j * Tile::Instruction::n);
    }
  }
}

}  // namespace detail

// The tile of C whose corner is element (first_row, first_column), by a block of Tile::threads threads that share
// `panels`. Block is a DeviceBlock or a ModelBlock.
template <class Tile, class Block, class Element, class Output>
HPCADVISE_DEVICE_FUNCTION void gemm_tile(Block const& block, DeviceGemm<Element, Output> const& gemm,
                                         std::int64_t first_row, std::int64_t first_column,
                                         typename Tile::Panels& panels) {
  using Warp = typename Block::Warp;
  constexpr int depth = Tile::extents.depth;
  typename Tile::template Sums<Warp> sums[Block::warps_held];
  for (auto& warp_sums : sums) detail::clear<Tile, Warp>(warp_sums);
  for (std::int64_t p = 0; p < gemm.a.depth; p += depth) {
    for (int held = 0; held < Block::threads_held; ++held) {
      int const thread = block.thread(held);
      copy_panel<Tile::rows, depth, Tile::stride>(panels.a, gemm.a, gemm.a_wide, first_row, p, thread, Tile::threads);
      copy_panel<Tile::columns, depth, Tile::stride>(panels.b, gemm.b, gemm.b_wide, first_column, p, thread,
                                                     Tile::threads);
    }
    block.barrier();
    for (int held = 0; held < Block::warps_held; ++held) {
      detail::multiply_panels<Tile>(block.warp(), block.warp_index(held), panels, sums[held]);
    }
    block.barrier();
  }
  for (int held = 0; held < Block::warps_held; ++held) {
    detail::store_sums<Tile>(block.warp(), block.warp_index(held), sums[held], gemm, first_row, first_column);
  }
}

}  // namespace hpcadvise::kernels

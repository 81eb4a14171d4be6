// SPDX-License-Identifier: Apache-2.0
#pragma once

// A tile of C = op(A) op(B): how large it is and of what, and a warp's part of it.

#include "kernels/device/panel.hpp"
#include "kernels/fragment/fragment.hpp"
#include "kernels/fragment/number_formats.hpp"

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
  bool c_wide = false;  // begins_wide(c, c_row_stride)
};

struct TileCorner {
  std::int64_t row;
  std::int64_t column;
};

// How panels come into the block's memory: see held_panel.hpp and asynchronous_panel.hpp.
enum class PanelCopies { through_registers, asynchronous };

// A block is warps_down x warps_across warps, the part of each fragments_down x fragments_across instructions' C.
struct TileExtents {
  int warps_down;
  int warps_across;
  int fragments_down;
  int fragments_across;
  int depth;        // of the panels that are copied at once; an even multiple of the instruction's k
  int blocks = 2;   // that a multiprocessor holds at once: what a kernel is compiled for
  int buffers = 1;  // of panels in the block's memory
  PanelCopies copies = PanelCopies::through_registers;
};

template <class InstructionType, TileExtents extents_, PanelOrder a_order_ = PanelOrder::along_depth,
          PanelOrder b_order_ = PanelOrder::along_depth>
struct GemmTile {
  using Instruction = InstructionType;
  using Input = typename Instruction::Input;
  static constexpr TileExtents extents = extents_;
  static constexpr PanelOrder a_order = a_order_, b_order = b_order_;
  static constexpr int warps = extents.warps_down * extents.warps_across;
  static constexpr int threads = warps * Instruction::lanes;
  static constexpr int warp_rows = extents.fragments_down * Instruction::m;
  static constexpr int warp_columns = extents.fragments_across * Instruction::n;
  static constexpr int rows = extents.warps_down * warp_rows;
  static constexpr int columns = extents.warps_across * warp_columns;
  static constexpr int products = extents.depth / Instruction::k;
  static_assert(extents.depth % Instruction::k == 0 && products % 2 == 0);

  static constexpr bool asynchronous = extents.copies == PanelCopies::asynchronous;
  // Asynchronous copies of the panels of so many steps are under way, each in its buffer; registers hold one.
  static constexpr int steps_ahead = asynchronous ? extents.buffers - 1 : 1;
  static_assert(steps_ahead >= 1 && extents.buffers >= 1);
  static constexpr bool turns_operands = !asynchronous || sizeof(Input) >= 4;
  static_assert(asynchronous || (a_order == PanelOrder::along_depth && b_order == PanelOrder::along_depth));

  static constexpr int padding = 4 * Instruction::adjacent;
  struct Panels {
    Panel<Input, rows, extents.depth, a_order, padding> a;
    Panel<Input, columns, extents.depth, b_order, padding> b;
  };
  // In the block's memory.
  struct Buffers {
    Panels panels[extents.buffers];
  };
};

// A warp's sums, and the operands of a product and of the one that is next.
template <class Tile, class Warp>
struct GemmWarp {
  CFragment<Warp> sums[Tile::extents.fragments_down][Tile::extents.fragments_across];
  AFragment<Warp> a[2][Tile::extents.fragments_down];
  BFragment<Warp> b[2][Tile::extents.fragments_across];
};

namespace detail {

template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void clear(GemmWarp<Tile, Warp>& registers) {
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
  int const first_row = warp_index / extents.warps_across * Tile::warp_rows;
  int const first_column = warp_index % extents.warps_across * Tile::warp_columns;
  HPCADVISE_UNROLL
  for (int i = 0; i < extents.fragments_down; ++i) {
    auto const* const at = panels.a.at + panels.a.place(first_row + i * Instruction::m, product * Instruction::k);
    auto& fragment = registers.a[product % 2][i];
    if constexpr (Tile::a_order == PanelOrder::along_depth)
      load_a(warp, fragment, at, panels.a.stride);
    else
      load_column_major_a(warp, fragment, at, panels.a.stride);
  }
  HPCADVISE_UNROLL
  for (int j = 0; j < extents.fragments_across; ++j) {
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
  for (int i = 0; i < Tile::extents.fragments_down; ++i) {
    HPCADVISE_UNROLL
    for (int j = 0; j < Tile::extents.fragments_across; ++j) {
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
        copy_adjacent<count>(to, part.element);
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
HPCADVISE_DEVICE_FUNCTION void store_fragments(Warp warp, GemmWarp<Tile, Warp> const& registers,
                                               DeviceGemm<Element, Output> const& gemm, TileCorner corner) {
  HPCADVISE_UNROLL
  for (int i = 0; i < Tile::extents.fragments_down; ++i) {
    HPCADVISE_UNROLL
    for (int j = 0; j < Tile::extents.fragments_across; ++j) {
      store_c<inside>(
          warp, registers.sums[i][j], gemm,
          {.row = corner.row + i * Tile::Instruction::m, .column = corner.column + j * Tile::Instruction::n});
    }
  }
}

template <class Tile, class Warp, class Element, class Output>
HPCADVISE_DEVICE_FUNCTION void store_sums(Warp warp, int warp_index, GemmWarp<Tile, Warp> const& registers,
                                          DeviceGemm<Element, Output> const& gemm, TileCorner corner) {
  constexpr int warps_across = Tile::extents.warps_across;
  TileCorner const own{.row = corner.row + warp_index / warps_across * Tile::warp_rows,
                       .column = corner.column + warp_index % warps_across * Tile::warp_columns};
  if (gemm.c_wide && own.row + Tile::warp_rows <= gemm.a.width && own.column + Tile::warp_columns <= gemm.b.width)
    store_fragments<true>(warp, registers, gemm, own);
  else
    store_fragments<false>(warp, registers, gemm, own);
}

}  // namespace detail

}  // namespace hpcadvise::kernels

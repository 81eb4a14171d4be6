// SPDX-License-Identifier: Apache-2.0
#pragma once

// A GEMM as a device is given it, and a block's tile of C: how large it is, and of what.

#include "kernels/device/panel.hpp"
#include "kernels/device/panel_copies.hpp"
#include "kernels/device/swizzled_panel.hpp"

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

// How the panels lie that an instruction's operands are taken from.
template <class Instruction, int width, int depth, PanelOrder order>
struct PanelOf {
  static constexpr int padding = 4 * Instruction::adjacent;
  using Type = Panel<typename Instruction::Input, width, depth, order, padding>;
};
template <class Instruction, int width, int depth, PanelOrder order>
requires reads_block_memory<Instruction>
struct PanelOf<Instruction, width, depth, order> {
  using Type = SwizzledPanel<typename Instruction::Input, width, depth, order>;
};

struct Grid {
  int down;
  int across;
};

struct TileExtents {
  Grid warps;       // of the block; of wgmma warpgroups
  Grid fragments;   // of each warp: instructions' C
  int depth;        // of the panels that are copied at once; an even multiple of the instruction's k
  int blocks = 2;   // that a multiprocessor holds at once: what a kernel is compiled for
  int buffers = 1;  // of panels in the block's memory
  PanelCopies copies = PanelCopies::through_registers;  // see held_panel.hpp and asynchronous_panel.hpp
};

constexpr TileExtents asynchronous(TileExtents extents) {
  extents.copies = PanelCopies::asynchronous;
  return extents;
}

template <class InstructionType, TileExtents extents_, PanelOrder a_order_ = PanelOrder::along_depth,
          PanelOrder b_order_ = PanelOrder::along_depth>
struct GemmTile {
  using Instruction = InstructionType;
  using Input = typename Instruction::Input;
  static constexpr TileExtents extents = extents_;
  static constexpr PanelOrder a_order = a_order_, b_order = b_order_;
  static constexpr int warps = extents.warps.down * extents.warps.across;
  static constexpr int threads = warps * Instruction::lanes;
  static constexpr int warp_rows = extents.fragments.down * Instruction::m;
  static constexpr int warp_columns = extents.fragments.across * Instruction::n;
  static constexpr int rows = extents.warps.down * warp_rows;
  static constexpr int columns = extents.warps.across * warp_columns;
  static constexpr int products = extents.depth / Instruction::k;
  static_assert(extents.depth % Instruction::k == 0 && products % 2 == 0);

  static constexpr bool asynchronous = extents.copies == PanelCopies::asynchronous;
  static constexpr bool from_block_memory = reads_block_memory<Instruction>;
  static_assert(asynchronous || (extents.copies == PanelCopies::through_registers && !from_block_memory));
  // Asynchronous copies of the panels of so many steps are under way, each in its buffer; registers hold one. Where
  // products read the block's memory, those of the step before are still at it.
  static constexpr int steps_ahead = !asynchronous ? 1 : from_block_memory ? extents.buffers - 2 : extents.buffers - 1;
  static_assert(steps_ahead >= 1 && extents.buffers >= 1);
  static constexpr bool turns_operands = !asynchronous || sizeof(Input) >= 4;
  static_assert(asynchronous || (a_order == PanelOrder::along_depth && b_order == PanelOrder::along_depth));

  struct Panels {
    typename PanelOf<Instruction, rows, extents.depth, a_order>::Type a;
    typename PanelOf<Instruction, columns, extents.depth, b_order>::Type b;
  };
  // In the block's memory.
  struct Buffers {
    Panels panels[extents.buffers];
  };
};

template <class... Tile>
struct TileList {};

}  // namespace hpcadvise::kernels

// SPDX-License-Identifier: Apache-2.0
#pragma once

// A block's tile of C = op(A) op(B) with a matrix instruction: panels of A and B come into the block's memory, in the
// instruction's format, and each warp multiplies them from there into its part of the tile, while the next ones are on
// their way. Any shape: what lies beyond the matrices is copied as zero and not stored.

#include "kernels/device/asynchronous_panel.hpp"
#include "kernels/device/gemm_store.hpp"
#include "kernels/device/gemm_warp.hpp"
#include "kernels/device/held_panel.hpp"
#include "kernels/fragment/block.hpp"

#include <cstdint>
#include <type_traits>

namespace hpcadvise::kernels {

// What a block keeps from one step along k to the next, of the warps and threads that are held.
template <class Tile, class Block, class Element>
struct GemmRegisters {
  struct Nothing {};
  struct Panels {
    HeldPanel<Element, Tile::rows, Tile::extents.depth, Tile::threads> a;
    HeldPanel<Element, Tile::columns, Tile::extents.depth, Tile::threads> b;
  };
  GemmWarp<Tile, typename Block::Warp> warp[Block::warps_held];
  std::conditional_t<Tile::asynchronous, Nothing, Panels> thread[Block::threads_held];
};

namespace detail {

// Whether the panels can be held in registers. Of both or none: a compiler would wait for the one's loads before it
// begins those of the other.
template <class Tile, class Element, class Output>
HPCADVISE_DEVICE_FUNCTION bool threads_hold(DeviceGemm<Element, Output> const& gemm, TileCorner corner,
                                            std::int64_t depth) {
  return gemm.a_wide && gemm.b_wide && corner.row + Tile::rows <= gemm.a.width &&
         corner.column + Tile::columns <= gemm.b.width && depth + Tile::extents.depth <= gemm.a.depth;
}

// One thread's share of the panels of `step` on their way: into their buffer by themselves, or into registers.
template <class Tile, class Block, class Registers, class Element, class Output>
HPCADVISE_DEVICE_FUNCTION void begin_step(Block const& block, DeviceGemm<Element, Output> const& gemm,
                                          TileCorner corner, int step, typename Tile::Buffers& buffers,
                                          Registers& registers, int held, int thread) {
  std::int64_t const depth = std::int64_t{step} * Tile::extents.depth;
  if constexpr (Tile::asynchronous) {
    auto& panels = buffers.panels[step % Tile::extents.buffers];
    if (depth < gemm.a.depth) {
      begin_panel<Tile::threads>(block, panels.a, gemm.a, gemm.a_wide, corner.row, depth, thread);
      begin_panel<Tile::threads>(block, panels.b, gemm.b, gemm.b_wide, corner.column, depth, thread);
    }
    block.commit_copies(thread);
  } else if (threads_hold<Tile>(gemm, corner, depth)) {
    load_panel(registers.thread[held].a, gemm.a, corner.row, depth, thread);
    load_panel(registers.thread[held].b, gemm.b, corner.column, depth, thread);
  }
}

// The share that was begun for `step` is in its buffer.
template <class Tile, class Block, class Registers, class Element, class Output>
HPCADVISE_DEVICE_FUNCTION void finish_step(Block const& block, DeviceGemm<Element, Output> const& gemm,
                                           TileCorner corner, int step, typename Tile::Buffers& buffers,
                                           Registers& registers, int held, int thread) {
  std::int64_t const depth = std::int64_t{step} * Tile::extents.depth;
  if constexpr (Tile::asynchronous) {
    block.template wait_for_copies<Tile::steps_ahead - 1>(thread);
  } else if (depth < gemm.a.depth) {
    auto& panels = buffers.panels[step % Tile::extents.buffers];
    if (threads_hold<Tile>(gemm, corner, depth)) {
      store_panel(panels.a, registers.thread[held].a, gemm.a, thread);
      store_panel(panels.b, registers.thread[held].b, gemm.b, thread);
    } else {
      copy_panel<Tile::threads>(panels.a, gemm.a, corner.row, depth, thread);
      copy_panel<Tile::threads>(panels.b, gemm.b, corner.column, depth, thread);
    }
  }
}

}  // namespace detail

// The sums of the tile at `corner`, into registers.warp[].sums. Panels come into the buffer that all warps have read by
// the last barrier; what a warp reads first of the next panels, it reads before the last of its products.
template <class Tile, class Block, class Element, class Output>
HPCADVISE_DEVICE_FUNCTION void multiply_operands(Block const& block, DeviceGemm<Element, Output> const& gemm,
                                                 TileCorner corner, typename Tile::Buffers& buffers,
                                                 GemmRegisters<Tile, Block, Element>& registers) {
  constexpr int ahead = Tile::steps_ahead;
  auto const begin = [&](int step) {
    block.each_thread([=, &block, &gemm, &buffers, &registers](int held, int thread) {
      detail::begin_step<Tile>(block, gemm, corner, step, buffers, registers, held, thread);
    });
  };
  auto const finish = [&](int step) {
    block.each_thread([=, &block, &gemm, &buffers, &registers](int held, int thread) {
      detail::finish_step<Tile>(block, gemm, corner, step, buffers, registers, held, thread);
    });
  };
  auto const panels_of = [&](int step) -> auto const& { return buffers.panels[step % Tile::extents.buffers]; };

  for (auto& warp : registers.warp) detail::clear(warp);
  auto const steps = int((gemm.a.depth + Tile::extents.depth - 1) / Tile::extents.depth);
  if (steps == 0) return;
  for (int step = 0; step < ahead; ++step) begin(step);
  finish(0);
  block.barrier();
  block.each_warp([&](int held, int warp_index) {
    detail::load_first<Tile>(block.warp(), warp_index, buffers.panels[0], registers.warp[held]);
  });
  for (int step = 0; step < steps; ++step) {
    begin(step + ahead);
    block.each_warp([=, &block, &registers, &panels = panels_of(step)](int held, int warp_index) {
      detail::multiply_all_but_last<Tile>(block.warp(), warp_index, panels, registers.warp[held]);
    });
    if constexpr (Tile::extents.buffers == 1) block.barrier();
    finish(step + 1);
    block.barrier();
    block.each_warp([=, &block, &registers, &panels = panels_of(step + 1)](int held, int warp_index) {
      if (step + 1 < steps) detail::load_first<Tile>(block.warp(), warp_index, panels, registers.warp[held]);
      detail::multiply_last<Tile>(registers.warp[held]);
    });
  }
}

// The tile of C whose corner is element (corner.row, corner.column), by a block of Tile::threads threads that share
// `buffers`. Block is a DeviceBlock or a ModelBlock.
template <class Tile, class Block, class Element, class Output>
HPCADVISE_DEVICE_FUNCTION void gemm_tile(Block const& block, DeviceGemm<Element, Output> const& gemm, TileCorner corner,
                                         typename Tile::Buffers& buffers) {
  GemmRegisters<Tile, Block, Element> registers;
  multiply_operands<Tile>(block, gemm, corner, buffers, registers);
  for (int held = 0; held < Block::warps_held; ++held) {
    detail::store_sums<Tile>(block.warp(), block.warp_index(held), registers.warp[held], gemm, corner);
  }
}

}  // namespace hpcadvise::kernels

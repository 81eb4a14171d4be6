// SPDX-License-Identifier: Apache-2.0
#pragma once

// How panels come from one step along k to the next: a step's are begun while earlier ones are multiplied.

#include "kernels/device/asynchronous_panel.hpp"
#include "kernels/device/gemm_warp.hpp"
#include "kernels/device/held_panel.hpp"

#include <cstdint>
#include <type_traits>

namespace hpcadvise::kernels {

// What a block keeps from one step to the next, of the warps and threads that are held.
template <class Tile, class Block, class Element>
struct GemmRegisters {
  using Warp = typename Block::Warp;
  using OfWarp = std::conditional_t<Tile::from_block_memory, GemmSums<Tile, Warp>, GemmWarp<Tile, Warp>>;
  struct Nothing {};
  struct Panels {
    HeldPanel<Element, Tile::rows, Tile::extents.depth, Tile::threads> a;
    HeldPanel<Element, Tile::columns, Tile::extents.depth, Tile::threads> b;
  };
  OfWarp warp[Block::warps_held];
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
    if constexpr (Tile::from_block_memory) block.show_written(thread);
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

// By all threads: what is captured by reference lives on until the next barrier.
template <class Tile, class Block, class Registers, class Element, class Output>
HPCADVISE_DEVICE_FUNCTION void begin_panels(Block const& block, DeviceGemm<Element, Output> const& gemm,
                                            TileCorner corner, int step, typename Tile::Buffers& buffers,
                                            Registers& registers) {
  block.each_thread([=, &block, &gemm, &buffers, &registers](int held, int thread) {
    begin_step<Tile>(block, gemm, corner, step, buffers, registers, held, thread);
  });
}

template <class Tile, class Block, class Registers, class Element, class Output>
HPCADVISE_DEVICE_FUNCTION void finish_panels(Block const& block, DeviceGemm<Element, Output> const& gemm,
                                             TileCorner corner, int step, typename Tile::Buffers& buffers,
                                             Registers& registers) {
  block.each_thread([=, &block, &gemm, &buffers, &registers](int held, int thread) {
    finish_step<Tile>(block, gemm, corner, step, buffers, registers, held, thread);
  });
}

}  // namespace detail

// How many steps there are along k.
template <class Tile, class Element, class Output>
HPCADVISE_DEVICE_FUNCTION int step_count(DeviceGemm<Element, Output> const& gemm) {
  return int((gemm.a.depth + Tile::extents.depth - 1) / Tile::extents.depth);
}

}  // namespace hpcadvise::kernels

// SPDX-License-Identifier: Apache-2.0
#pragma once

// The sums of a tile by an instruction whose operands are in the registers of its warp.

#include "kernels/device/gemm_steps.hpp"

namespace hpcadvise::kernels {

// The sums of the tile at `corner`, into registers.warp[].sums. Panels come into the buffer that all warps have read by
// the last barrier; what a warp reads first of the next panels, it reads before the last of its products.
template <class Tile, class Block, class Element, class Output>
requires(!Tile::from_block_memory) HPCADVISE_DEVICE_FUNCTION
    void multiply_operands(Block const& block, DeviceGemm<Element, Output> const& gemm, TileCorner corner,
                           typename Tile::Buffers& buffers, GemmRegisters<Tile, Block, Element>& registers) {
  constexpr int ahead = Tile::steps_ahead;
  auto const begin = [&](int step) { detail::begin_panels<Tile>(block, gemm, corner, step, buffers, registers); };
  auto const finish = [&](int step) { detail::finish_panels<Tile>(block, gemm, corner, step, buffers, registers); };
  auto const panels_of = [&](int step) -> auto const& { return buffers.panels[step % Tile::extents.buffers]; };

  for (auto& warp : registers.warp) detail::clear(warp);
  int const steps = step_count<Tile>(gemm);
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

}  // namespace hpcadvise::kernels

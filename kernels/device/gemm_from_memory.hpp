// SPDX-License-Identifier: Apache-2.0
#pragma once

// The sums of a tile by an instruction that reads its operands from the block's memory, and goes on while the threads
// that gave it do other things.

#include "kernels/device/gemm_steps.hpp"

namespace hpcadvise::kernels {

namespace detail {

// A warpgroup's products of a step's panels, as one group.
template <class Tile, class Block>
HPCADVISE_DEVICE_FUNCTION void begin_products(Block const& block, int warp_index, typename Tile::Panels const& panels,
                                              bool first_step, GemmSums<Tile, typename Block::Warp>& registers) {
  using Instruction = typename Tile::Instruction;
  using A = decltype(panels.a);
  using B = decltype(panels.b);
  constexpr TileExtents extents = Tile::extents;
  static_assert(extents.fragments.down == 1 && extents.fragments.across == 1);
  int const first_row = warp_index / extents.warps.across * Tile::warp_rows;
  int const first_column = warp_index % extents.warps.across * Tile::warp_columns;
  std::uint32_t const a_address = block.address(panels.a.at), b_address = block.address(panels.b.at);
  block.begin_products();
  HPCADVISE_UNROLL
  for (int product = 0; product < Tile::products; ++product) {
    int const depth = product * Instruction::k;
    block.template multiply<std::remove_cvref_t<A>::matrix_order, std::remove_cvref_t<B>::matrix_order>(
        warp_index, registers.sums[0][0], panels.a.descriptor(a_address, first_row, depth),
        panels.b.descriptor(b_address, first_column, depth), !first_step || product > 0);
  }
  block.commit_products(warp_index);
}

}  // namespace detail

// The sums of the tile at `corner`, into registers.warp[].sums. By a step's barrier its panels have come, and all
// warpgroups are done with the products of two steps before: new panels come into their buffer. The products of one
// step are given before those of the last are done, so that the tensor cores always have some.
template <class Tile, class Block, class Element, class Output>
requires Tile::from_block_memory HPCADVISE_DEVICE_FUNCTION void multiply_operands(
    Block const& block, DeviceGemm<Element, Output> const& gemm, TileCorner corner, typename Tile::Buffers& buffers,
    GemmRegisters<Tile, Block, Element>& registers) {
  constexpr int ahead = Tile::steps_ahead;
  int const steps = step_count<Tile>(gemm);
  if (steps == 0) {
    for (auto& warp : registers.warp) detail::clear(warp);
    return;
  }
  for (int step = 0; step < ahead; ++step) detail::begin_panels<Tile>(block, gemm, corner, step, buffers, registers);
  for (int step = 0; step < steps; ++step) {
    detail::finish_panels<Tile>(block, gemm, corner, step, buffers, registers);
    block.barrier();
    block.each_warp(
        [=, &block, &registers, &panels = buffers.panels[step % Tile::extents.buffers]](int held, int warp_index) {
          detail::begin_products<Tile>(block, warp_index, panels, step == 0, registers.warp[held]);
        });
    detail::begin_panels<Tile>(block, gemm, corner, step + ahead, buffers, registers);
    block.each_warp([=, &block, &registers](int held, int warp_index) {
      block.template wait_for_products<1>(warp_index, registers.warp[held].sums[0][0]);
    });
  }
  block.each_warp([=, &block, &registers](int held, int warp_index) {
    block.template wait_for_products<0>(warp_index, registers.warp[held].sums[0][0]);
  });
}

}  // namespace hpcadvise::kernels

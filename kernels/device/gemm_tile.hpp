// SPDX-License-Identifier: Apache-2.0
#pragma once

// A block's tile of C = op(A) op(B) with a matrix instruction: panels of A and B come into the block's memory, in the
// instruction's format, and each warp multiplies them from there into its part of the tile, while the next ones are on
// their way. Any shape: what lies beyond the matrices is copied as zero and not stored.

#include "kernels/device/gemm_from_memory.hpp"
#include "kernels/device/gemm_from_registers.hpp"
#include "kernels/device/gemm_store.hpp"
#include "kernels/fragment/block.hpp"

namespace hpcadvise::kernels {

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

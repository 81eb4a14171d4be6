// SPDX-License-Identifier: Apache-2.0
#pragma once

// Attention's tiles, for each head size that they serve. Of most there are two: a tall one, whose blocks keep many
// rows, and a low one, for short sequences and few heads, which do not fill a device with tall blocks. Where registers
// or the instruction's shape allow but one, both are the same. Which is best for a shape is measured: see
// attention.hpp.

#include "kernels/device/attention_backward_keys_tile.hpp"
#include "kernels/device/attention_backward_queries_tile.hpp"
#include "kernels/device/attention_forward_tile.hpp"
#include "kernels/fragment/mfma.hpp"
#include "kernels/fragment/mma_sync.hpp"
#include "kernels/fragment/native.hpp"
#include "kernels/fragment/stacked.hpp"
#include "kernels/fragment/transposed.hpp"

#include <type_traits>

namespace hpcadvise::kernels {

enum class BlockHeight { tall, low };

// mma.sync: 64 rows, or 128 by two instructions that share each B: a warp with one would load as fast as it multiplies.
// A lane has 255 registers, so rows stay in the block's memory, but for dQ at head size 128, which takes 64 of them in
// registers: 128 and two panels of both matrices would leave an sm_80 with one block. At head size 256, where dK and dV
// alone would take 256 registers, a block computes one half of their columns.
template <class Input, int head_size, BlockHeight height = BlockHeight::tall>
struct MmaSyncAttention {
  using Instruction = MmaSyncM16N8K16<Input>;
  using Two = Stacked<Instruction, 2>;
  // Of sm_90's code ptxas spills a few registers within the loop where it would not on sm_80.
  static constexpr int most_for_64 = native_has_wgmma ? 96 : 128;
  template <int largest>
  using Tall = std::conditional_t<height == BlockHeight::tall && head_size <= largest, Two, Instruction>;
  static constexpr AttentionExtents forward{.warps = 4,
                                            .blocks = 2,
                                            .columns = height == BlockHeight::low || head_size > most_for_64 ? 32 : 64,
                                            .head_size = head_size,
                                            .output_size = head_size,
                                            .rows_in_registers = false,
                                            .copies = PanelCopies::asynchronous};
  static constexpr AttentionExtents queries{.warps = 4,
                                            .blocks = head_size > 128 ? 1 : 2,
                                            .columns = head_size > 128 ? 16 : 32,
                                            .head_size = head_size,
                                            .output_size = head_size,
                                            .rows_in_registers = head_size == 128,
                                            .copies = PanelCopies::asynchronous};
  static constexpr AttentionExtents keys{.warps = 4,
                                         .blocks = head_size > 128 ? 1 : 2,
                                         .columns = head_size > 128 ? 16 : 32,
                                         .head_size = head_size,
                                         .output_size = head_size > 128 ? head_size / 2 : head_size,
                                         .rows_in_registers = false,
                                         .copies = PanelCopies::asynchronous};
  using Forward = AttentionTile<Tall<128>, forward>;
  using Queries = AttentionTile<Tall<96>, queries>;
  using Keys = AttentionTile<Tall<64>, keys>;
};

// gfx90a: 512 registers a lane, but 64 KiB of memory for all blocks of a compute unit: rows stay in registers. Those of
// dK and dV leave none for panels on their way.
template <class Input, int head_size, BlockHeight height = BlockHeight::tall>
struct MfmaAttention {
  static constexpr int extent = height == BlockHeight::low || head_size > 128 || head_size % 32 != 0 ? 16 : 32;
  using Instruction = Transposed<MfmaF32<extent, Input>>;
  static constexpr AttentionExtents forward{.warps = 4,
                                            .blocks = 2,
                                            .columns = head_size > 128 ? 16 : 32,
                                            .head_size = head_size,
                                            .output_size = head_size,
                                            .rows_in_registers = true,
                                            .copies = PanelCopies::through_registers};
  static constexpr AttentionExtents keys{.warps = 4,
                                         .blocks = head_size > 96 ? 1 : 2,
                                         .columns = 32,
                                         .head_size = head_size,
                                         .output_size = head_size,
                                         .rows_in_registers = true,
                                         .copies = PanelCopies::at_once};
  using Forward = AttentionTile<Instruction, forward>;
  using Keys = AttentionTile<Instruction, keys>;
  using Queries = Forward;
};

}  // namespace hpcadvise::kernels

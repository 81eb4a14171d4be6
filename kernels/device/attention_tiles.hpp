// SPDX-License-Identifier: Apache-2.0
#pragma once

// Attention's tiles, for each head size that they serve. Chosen by hand: not tuned on any device.

#include "kernels/device/attention_backward_keys_tile.hpp"
#include "kernels/device/attention_backward_queries_tile.hpp"
#include "kernels/device/attention_forward_tile.hpp"
#include "kernels/fragment/mfma.hpp"
#include "kernels/fragment/mma_sync.hpp"
#include "kernels/fragment/stacked.hpp"
#include "kernels/fragment/transposed.hpp"

#include <type_traits>

namespace hpcadvise::kernels {

// mma.sync: 64 rows, or 128 by two instructions that share each B: a warp with one would load as fast as it multiplies.
// A lane has 255 registers, so rows stay in the block's memory, and at head size 256, where dK and dV alone would take
// 256 registers, a block computes one half of their columns.
template <class Input, int head_size>
struct MmaSyncAttention {
  using Instruction = MmaSyncM16N8K16<Input>;
  using Two = Stacked<Instruction, 2>;
  static constexpr AttentionExtents forward{.warps = 4,
                                            .blocks = 2,
                                            .columns = 32,
                                            .head_size = head_size,
                                            .output_size = head_size,
                                            .rows_in_registers = false};
  static constexpr AttentionExtents queries{.warps = 4,
                                            .blocks = head_size > 128 ? 1 : 2,
                                            .columns = head_size > 96 ? 16 : 32,
                                            .head_size = head_size,
                                            .output_size = head_size,
                                            .rows_in_registers = false};
  static constexpr AttentionExtents keys{.warps = 4,
                                         .blocks = head_size > 128 ? 1 : 2,
                                         .columns = head_size > 128 ? 16 : 32,
                                         .head_size = head_size,
                                         .output_size = head_size > 128 ? head_size / 2 : head_size,
                                         .rows_in_registers = false};
  using Forward = AttentionTile<std::conditional_t<(head_size > 128), Instruction, Two>, forward>;
  using Queries = AttentionTile<std::conditional_t<(head_size > 128), Instruction, Two>, queries>;
  using Keys = AttentionTile<std::conditional_t<(head_size > 64), Instruction, Two>, keys>;
};

// gfx90a: 512 registers a lane, but 64 KiB of memory for all blocks of a compute unit: rows stay in registers.
template <class Input, int head_size>
struct MfmaAttention {
  static constexpr int extent = head_size > 128 || head_size % 32 != 0 ? 16 : 32;
  using Instruction = Transposed<MfmaF32<extent, Input>>;
  static constexpr AttentionExtents forward{.warps = 4,
                                            .blocks = 2,
                                            .columns = head_size > 128 ? 16 : 32,
                                            .head_size = head_size,
                                            .output_size = head_size,
                                            .rows_in_registers = true};
  static constexpr AttentionExtents keys{.warps = 4,
                                         .blocks = head_size > 96 ? 1 : 2,
                                         .columns = 32,
                                         .head_size = head_size,
                                         .output_size = head_size,
                                         .rows_in_registers = true};
  using Forward = AttentionTile<Instruction, forward>;
  using Keys = AttentionTile<Instruction, keys>;
  using Queries = Forward;
};

}  // namespace hpcadvise::kernels

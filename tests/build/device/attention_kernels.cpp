// SPDX-License-Identifier: Apache-2.0
// The kernels of attention for each head size, and whether their blocks share a multiprocessor's memory.
#include "kernels/device/attention_tiles.hpp"
#include "tests/build/device/kernel.hpp"

#include <cstddef>
#include <cstdint>

using namespace hpcadvise::kernels;

#if defined(__HIP__)
template <class Input, int head_size, BlockHeight height = BlockHeight::tall>
using Tiles = MfmaAttention<Input, head_size, height>;
#define BLOCK_MEMORY(Panels, name) __shared__ Panels name
constexpr std::size_t multiprocessor_bytes = 64 * 1024, reserved_bytes = 0;
#else
template <class Input, int head_size, BlockHeight height = BlockHeight::tall>
using Tiles = MmaSyncAttention<Input, head_size, height>;
// More than 48 KiB are of a size that is given at the launch.
#define BLOCK_MEMORY(Panels, name)           \
  extern __shared__ char memory_of_##name[]; \
  auto& name = reinterpret_cast<Panels&>(memory_of_##name)
// Of sm_80, which takes 1 KiB for each block (CUDA C++ Programming Guide, compute capability 8.x); sm_90 has more.
constexpr std::size_t multiprocessor_bytes = 164 * 1024, reserved_bytes = 1024;
#endif

template <class Tile, class Panels>
inline constexpr bool blocks_share_memory = Tile::blocks*(sizeof(Panels) + reserved_bytes) <= multiprocessor_bytes;

template <class Tile>
KERNEL(Tile::threads, Tile::blocks)
void attention_forward(DeviceAttentionForward<typename Tile::Input> problem) {
#if DEVICE_CODE
  using Panels = AttentionForwardPanels<Tile>;
  static_assert(blocks_share_memory<Tile, Panels>);
  BLOCK_MEMORY(Panels, panels);
  DeviceBlock<typename Tile::Instruction> const block{.own_thread = thread()};
  attention_forward_tile<Tile>(block, problem, block_down(), block_across() * Tile::rows, panels);
#endif
}

template <class Tile>
KERNEL(Tile::threads, Tile::blocks)
void attention_backward_keys(DeviceAttentionBackward<typename Tile::Input> problem, int first_column) {
#if DEVICE_CODE
  using Panels = AttentionKeysPanels<Tile>;
  static_assert(blocks_share_memory<Tile, Panels>);
  BLOCK_MEMORY(Panels, panels);
  DeviceBlock<typename Tile::Instruction> const block{.own_thread = thread()};
  attention_backward_keys_tile<Tile>(block, problem, block_down(), block_across() * Tile::rows, first_column, panels);
#endif
}

template <class Tile>
KERNEL(Tile::threads, Tile::blocks)
void attention_backward_queries(DeviceAttentionBackward<typename Tile::Input> problem) {
#if DEVICE_CODE
  using Panels = AttentionQueriesPanels<Tile>;
  static_assert(blocks_share_memory<Tile, Panels>);
  BLOCK_MEMORY(Panels, panels);
  DeviceBlock<typename Tile::Instruction> const block{.own_thread = thread()};
  attention_backward_queries_tile<Tile>(block, problem, block_down(), block_across() * Tile::rows, panels);
#endif
}

template <class Instruction>
KERNEL(256, 2)
void attention_delta(DeviceAttentionBackward<typename Instruction::Input> problem) {
#if DEVICE_CODE
  DeviceBlock<Instruction> const block{.own_thread = thread()};
  attention_delta_rows(block, problem, std::int64_t{block_across()} * (256 / Instruction::lanes));
#endif
}

#define KERNELS_OF(...)                                                             \
  template __global__ void attention_forward<Tiles<__VA_ARGS__>::Forward>(          \
      DeviceAttentionForward<Tiles<__VA_ARGS__>::Forward::Input>);                  \
  template __global__ void attention_backward_keys<Tiles<__VA_ARGS__>::Keys>(       \
      DeviceAttentionBackward<Tiles<__VA_ARGS__>::Keys::Input>, int);               \
  template __global__ void attention_backward_queries<Tiles<__VA_ARGS__>::Queries>( \
      DeviceAttentionBackward<Tiles<__VA_ARGS__>::Queries::Input>);
KERNELS_OF(Half, 64)
KERNELS_OF(BFloat16, 80)
KERNELS_OF(Half, 96)
KERNELS_OF(BFloat16, 128)
KERNELS_OF(Half, 256)
KERNELS_OF(BFloat16, 64, BlockHeight::low)
KERNELS_OF(Half, 128, BlockHeight::low)
template __global__ void attention_delta<Tiles<BFloat16, 64>::Instruction>(DeviceAttentionBackward<BFloat16>);

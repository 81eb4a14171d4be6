// SPDX-License-Identifier: Apache-2.0
#pragma once

// A kernel for a tile, and whether as many of its blocks as it counts on share a multiprocessor's memory.
//   GEMM(Output, Tile)      one of them
//   Turned<Tile>            with panels whose lines run across k

#include "kernels/device/gemm_tiles.hpp"
#include "tests/build/device/kernel.hpp"

#include <cstddef>

using namespace hpcadvise::kernels;

#if defined(__HIP__)
#define BLOCK_MEMORY(Buffers, name) __shared__ Buffers name
constexpr std::size_t multiprocessor_bytes = 64 * 1024, reserved_bytes = 0;
#else
// More than 48 KiB are of a size that is given at the launch.
#define BLOCK_MEMORY(Buffers, name)          \
  extern __shared__ char memory_of_##name[]; \
  auto& name = reinterpret_cast<Buffers&>(memory_of_##name)
// Of sm_80, or of sm_90 where it is needed; both take 1 KiB for each block (CUDA C++ Programming Guide, compute
// capabilities 8.x and 9.0).
#if defined(HPCADVISE_SM90A)
constexpr std::size_t multiprocessor_bytes = 228 * 1024, reserved_bytes = 1024;
#else
constexpr std::size_t multiprocessor_bytes = 164 * 1024, reserved_bytes = 1024;
#endif
#endif

template <class Tile, class Output>
KERNEL(Tile::threads, Tile::extents.blocks)
void gemm(DeviceGemm<typename Tile::Instruction::Element, Output> problem) {
#if DEVICE_CODE
  using Buffers = typename Tile::Buffers;
  static_assert(Tile::extents.blocks * (sizeof(Buffers) + alignof(Buffers) + reserved_bytes) <= multiprocessor_bytes);
  BLOCK_MEMORY(Buffers, buffers);
  DeviceBlock<typename Tile::Instruction> const block{.own_thread = thread()};
  TileCorner const corner{.row = std::int64_t{block_down()} * Tile::rows,
                          .column = std::int64_t{block_across()} * Tile::columns};
  gemm_tile<Tile>(block, problem, corner, buffers);
#endif
}

#define GEMM(Output, ...) \
  template __global__ void gemm<__VA_ARGS__, Output>(DeviceGemm<typename __VA_ARGS__::Instruction::Element, Output>);

template <class Tile>
using Turned = OrderedTile<Tile, PanelOrder::along_width, PanelOrder::along_width>;

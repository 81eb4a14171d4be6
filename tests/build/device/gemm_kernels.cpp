// SPDX-License-Identifier: Apache-2.0
// A kernel for each tile, and whether as many of its blocks as it counts on share a multiprocessor's memory.
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
// Of sm_80, which takes 1 KiB for each block (CUDA C++ Programming Guide, compute capability 8.x); sm_90 has more.
constexpr std::size_t multiprocessor_bytes = 164 * 1024, reserved_bytes = 1024;
#endif

template <class Tile, class Output>
KERNEL(Tile::threads, Tile::extents.blocks)
void gemm(DeviceGemm<typename Tile::Instruction::Element, Output> problem) {
#if DEVICE_CODE
  using Buffers = typename Tile::Buffers;
  static_assert(Tile::extents.blocks * (sizeof(Buffers) + reserved_bytes) <= multiprocessor_bytes);
  BLOCK_MEMORY(Buffers, buffers);
  DeviceBlock<typename Tile::Instruction> const block{.own_thread = thread()};
  TileCorner const corner{.row = std::int64_t{block_down()} * Tile::rows,
                          .column = std::int64_t{block_across()} * Tile::columns};
  gemm_tile<Tile>(block, problem, corner, buffers);
#endif
}

// GEMM(Output, Tile)
#define GEMM(Output, ...) \
  template __global__ void gemm<__VA_ARGS__, Output>(DeviceGemm<typename __VA_ARGS__::Instruction::Element, Output>);

#if defined(__HIP__)
GEMM(float, Mfma32Tile<Half>)
GEMM(BFloat16, Mfma32Tile<BFloat16>)
GEMM(Half, Mfma16Tile<Half>)
GEMM(float, Mfma16Tile<BFloat16>)
GEMM(Half, Mfma32LargeTile<Half>)
GEMM(BFloat16, Mfma32SmallTile<BFloat16>)
GEMM(float, MfmaFp32Tile)
GEMM(float, MfmaFp32SmallTile)
GEMM(double, MfmaF64Tile)
#else
template <class Tile>
using Turned = OrderedTile<Tile, PanelOrder::along_width, PanelOrder::along_width>;

GEMM(BFloat16, MmaSync16BitTile<BFloat16>)
GEMM(BFloat16, MmaSync16BitLargeTile<BFloat16>)
GEMM(BFloat16, Turned<MmaSync16BitLargeTile<BFloat16> >)
GEMM(Half, MmaSync16BitDeepTile<Half>)
GEMM(Half, Turned<MmaSync16BitDeepTile<Half> >)
GEMM(float, MmaSync16BitSmallTile<Half>)
GEMM(float, MmaSyncTf32Tile)
GEMM(float, MmaSyncTf32SmallTile)
GEMM(double, MmaSyncF64Tile)
GEMM(double, MmaSyncF64SmallTile)
GEMM(float, FmaF32LargeTile)
GEMM(float, FmaF32Tile)
GEMM(float, FmaF32SmallTile)
#endif

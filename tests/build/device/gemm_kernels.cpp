// SPDX-License-Identifier: Apache-2.0
// A kernel for each tile, and whether as many of its blocks as it counts on share a multiprocessor's memory.
#include "kernels/device/gemm_tiles.hpp"
#include "tests/build/device/kernel.hpp"

#include <cstddef>

using namespace hpcadvise::kernels;

#if defined(__HIP__)
constexpr std::size_t multiprocessor_bytes = 64 * 1024, reserved_bytes = 0;
#else
// Of sm_80, which takes 1 KiB for each block (CUDA C++ Programming Guide, compute capability 8.x); sm_90 has more.
constexpr std::size_t multiprocessor_bytes = 164 * 1024, reserved_bytes = 1024;
#endif

template <class Tile, class Output>
KERNEL(Tile::threads, Tile::extents.blocks)
void gemm(DeviceGemm<typename Tile::Instruction::Element, Output> problem) {
#if DEVICE_CODE
  static_assert(Tile::extents.blocks * (sizeof(typename Tile::Panels) + reserved_bytes) <= multiprocessor_bytes);
  __shared__ typename Tile::Panels panels;
  DeviceBlock<typename Tile::Instruction> const block{.own_thread = thread()};
  gemm_tile<Tile>(block, problem, std::int64_t{block_down()} * Tile::rows, std::int64_t{block_across()} * Tile::columns,
                  panels);
#endif
}

#if defined(__HIP__)
template __global__ void gemm<Mfma32F16Tile, float>(DeviceGemm<Half, float>);
template __global__ void gemm<Mfma32Bf16Tile, BFloat16>(DeviceGemm<BFloat16, BFloat16>);
template __global__ void gemm<Mfma16F16Tile, Half>(DeviceGemm<Half, Half>);
template __global__ void gemm<Mfma16Bf16Tile, float>(DeviceGemm<BFloat16, float>);
template __global__ void gemm<GemmTile<MfmaF32<32, Half>, mfma_32_large>, Half>(DeviceGemm<Half, Half>);
template __global__ void gemm<GemmTile<MfmaF32<32, BFloat16>, mfma_32_small>, BFloat16>(DeviceGemm<BFloat16, BFloat16>);
template __global__ void gemm<GemmTile<MfmaFp32, mfma_fp32_small>, float>(DeviceGemm<float, float>);
template __global__ void gemm<MfmaFp32Tile, float>(DeviceGemm<float, float>);
template __global__ void gemm<MfmaF64Tile, double>(DeviceGemm<double, double>);
#else
template __global__ void gemm<MmaSyncF16Tile, float>(DeviceGemm<Half, float>);
template __global__ void gemm<MmaSyncBf16Tile, BFloat16>(DeviceGemm<BFloat16, BFloat16>);
template __global__ void gemm<MmaSyncTf32Tile, float>(DeviceGemm<float, float>);
template __global__ void gemm<GemmTile<MmaSyncM16N8K16<Half>, mma_sync_16_bit_large>, Half>(DeviceGemm<Half, Half>);
template __global__ void gemm<GemmTile<MmaSyncM16N8K16<BFloat16>, mma_sync_16_bit_small>, BFloat16>(
    DeviceGemm<BFloat16, BFloat16>);
template __global__ void gemm<GemmTile<MmaSyncM16N8K8Tf32, mma_sync_small>, float>(DeviceGemm<float, float>);
template __global__ void gemm<GemmTile<MmaSyncM8N8K4F64, mma_sync_small>, double>(DeviceGemm<double, double>);
template __global__ void gemm<GemmTile<FmaF32, fma_small>, float>(DeviceGemm<float, float>);
template __global__ void gemm<FmaF32Tile, float>(DeviceGemm<float, float>);
template __global__ void gemm<MmaSyncF64Tile, double>(DeviceGemm<double, double>);
#endif

// SPDX-License-Identifier: Apache-2.0
// A kernel for each tile, for the checks of the machine code: nothing here is linked or run. Compiled as CUDA by nvcc,
// and as HIP without its headers by Clang.
#include "kernels/device/gemm_tiles.hpp"

#if defined(__HIP__)
#define __global__ __attribute__((global))
#define __shared__ __attribute__((shared))
#define KERNEL_OF(threads) __global__ __attribute__((amdgpu_flat_work_group_size(threads, threads)))
#else
#define KERNEL_OF(threads) __global__ __launch_bounds__(threads, 2)
#endif

using namespace hpcadvise::kernels;

namespace {

#if defined(__HIP_DEVICE_COMPILE__)
HPCADVISE_DEVICE_FUNCTION int thread() { return int(__builtin_amdgcn_workitem_id_x()); }
HPCADVISE_DEVICE_FUNCTION int block_down() { return int(__builtin_amdgcn_workgroup_id_y()); }
HPCADVISE_DEVICE_FUNCTION int block_across() { return int(__builtin_amdgcn_workgroup_id_x()); }
#elif defined(__CUDA_ARCH__)
__device__ int thread() { return int(threadIdx.x); }
__device__ int block_down() { return int(blockIdx.y); }
__device__ int block_across() { return int(blockIdx.x); }
#endif

}  // namespace

template <class Tile, class Output>
KERNEL_OF(Tile::threads)
void gemm(DeviceGemm<typename Tile::Instruction::Element, Output> problem) {
#if defined(__HIP_DEVICE_COMPILE__) || defined(__CUDA_ARCH__)
  __shared__ typename Tile::Panels panels;
  DeviceBlock<typename Tile::Instruction> const block{.own_thread = thread()};
  gemm_tile<Tile>(block, problem, std::int64_t{block_down()} * Tile::rows, std::int64_t{block_across()} * Tile::columns,
                  panels);
#endif
}

#if defined(__HIP__)
template KERNEL_OF(256) void gemm<Mfma32F16Tile, float>(DeviceGemm<Half, float>);
template KERNEL_OF(256) void gemm<Mfma32Bf16Tile, BFloat16>(DeviceGemm<BFloat16, BFloat16>);
template KERNEL_OF(256) void gemm<Mfma16F16Tile, Half>(DeviceGemm<Half, Half>);
template KERNEL_OF(256) void gemm<Mfma16Bf16Tile, float>(DeviceGemm<BFloat16, float>);
template KERNEL_OF(256) void gemm<MfmaF64Tile, double>(DeviceGemm<double, double>);
#else
template __global__ void gemm<MmaSyncF16Tile, float>(DeviceGemm<Half, float>);
template __global__ void gemm<MmaSyncBf16Tile, BFloat16>(DeviceGemm<BFloat16, BFloat16>);
template __global__ void gemm<MmaSyncTf32Tile, float>(DeviceGemm<float, float>);
template __global__ void gemm<MmaSyncF64Tile, double>(DeviceGemm<double, double>);
#endif

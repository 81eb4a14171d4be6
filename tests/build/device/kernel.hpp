// SPDX-License-Identifier: Apache-2.0
#pragma once

// A kernel as CUDA by nvcc and as HIP without its headers by Clang, for the checks of the machine code: nothing here is
// linked or run.
//   KERNEL(threads, blocks)  before a kernel's parameters; a multiprocessor holds so many blocks of it at once
//   DEVICE_CODE              whether its body is compiled, which the host's is not

#include "kernels/fragment/device_function.hpp"

#if defined(__HIP__)
#define __global__ __attribute__((global))
#define __shared__ __attribute__((shared))
#define KERNEL(threads, blocks) \
  __global__ __attribute__((amdgpu_flat_work_group_size(threads, threads), amdgpu_waves_per_eu(blocks)))
#else
#define KERNEL(threads, blocks) __global__ __launch_bounds__(threads, blocks)
#endif

#if defined(__HIP_DEVICE_COMPILE__) || defined(__CUDA_ARCH__)
#define DEVICE_CODE 1
#else
#define DEVICE_CODE 0
#endif

#if defined(__HIP_DEVICE_COMPILE__)
HPCADVISE_DEVICE_FUNCTION int thread() { return int(__builtin_amdgcn_workitem_id_x()); }
HPCADVISE_DEVICE_FUNCTION int block_down() { return int(__builtin_amdgcn_workgroup_id_y()); }
HPCADVISE_DEVICE_FUNCTION int block_across() { return int(__builtin_amdgcn_workgroup_id_x()); }
#elif defined(__CUDA_ARCH__)
__device__ inline int thread() { return int(threadIdx.x); }
__device__ inline int block_down() { return int(blockIdx.y); }
__device__ inline int block_across() { return int(blockIdx.x); }
#endif

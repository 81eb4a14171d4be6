// SPDX-License-Identifier: Apache-2.0
#pragma once

// HPCADVISE_DEVICE_FUNCTION: callable on the host and in a kernel. HPCADVISE_UNROLL before a loop whose counter indexes
// registers: an index that is not a constant would put them into memory. HPCADVISE_UNROLL_4: before one of many steps,
// as loads drawn forward from all of them would need more registers than there are.

#if defined(__CUDACC__)
#define HPCADVISE_DEVICE_FUNCTION __host__ __device__ inline
#elif defined(__HIP__)
#define HPCADVISE_DEVICE_FUNCTION __attribute__((host, device)) inline
#else
#define HPCADVISE_DEVICE_FUNCTION inline
#endif

#if defined(__CUDA_ARCH__) || defined(__HIP_DEVICE_COMPILE__)
#define HPCADVISE_UNROLL _Pragma("unroll")
#define HPCADVISE_UNROLL_4 _Pragma("unroll 4")
#else
#define HPCADVISE_UNROLL
#define HPCADVISE_UNROLL_4
#endif

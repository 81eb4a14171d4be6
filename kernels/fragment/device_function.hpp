// SPDX-License-Identifier: Apache-2.0
#pragma once

// HPCADVISE_DEVICE_FUNCTION: callable on the host and in a kernel. HPCADVISE_UNROLL before a loop whose counter indexes
// registers: an index that is not a constant would put them into memory. HPCADVISE_ROLLED: before one that is seldom
// run, and would take registers from what is. HPCADVISE_TRAP(): in place of an instruction that is not there.

#if defined(__CUDACC__)
#define HPCADVISE_DEVICE_FUNCTION __host__ __device__ inline
#elif defined(__HIP__)
#define HPCADVISE_DEVICE_FUNCTION __attribute__((host, device)) inline
#else
#define HPCADVISE_DEVICE_FUNCTION inline
#endif

#if defined(__CUDA_ARCH__) || defined(__HIP_DEVICE_COMPILE__)
#define HPCADVISE_UNROLL _Pragma("unroll")
#define HPCADVISE_ROLLED _Pragma("unroll 1")
#else
#define HPCADVISE_UNROLL
#define HPCADVISE_ROLLED
#endif

#if defined(__CUDA_ARCH__)
#define HPCADVISE_TRAP() __trap()
#else
#define HPCADVISE_TRAP() __builtin_trap()
#endif

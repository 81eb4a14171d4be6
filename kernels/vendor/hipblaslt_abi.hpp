// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is called of hipBLASLt, declared here because its header need not be where a runner is built: Debian carries
// rocBLAS and not hipBLASLt. Names, numbers and layouts are those of hipblaslt.h (ROCm 6.2, version 0.8; the same from
// 0.6 to 0.11) and of hipblas-common.h, as far as each line says.

#include <hip/hip_runtime_api.h>
#include <hip/library_types.h>

#include <cstddef>
#include <cstdint>

namespace hpcadvise::kernels::hipblaslt {

using Status = int;        // hipblasStatus_t
using Handle = void*;      // hipblasLtHandle_t
using Operation = void*;   // hipblasLtMatmulDesc_t
using Layout = void*;      // hipblasLtMatrixLayout_t
using Preference = void*;  // hipblasLtMatmulPreference_t

inline constexpr Status success = 0;                  // HIPBLAS_STATUS_SUCCESS
inline constexpr int compute_fp32 = 2;                // HIPBLAS_COMPUTE_32F
inline constexpr std::int32_t no_transpose = 111;     // HIPBLAS_OP_N
inline constexpr std::int32_t transpose = 112;        // HIPBLAS_OP_T
inline constexpr int operation_first_op = 0;          // HIPBLASLT_MATMUL_DESC_TRANSA
inline constexpr int operation_second_op = 1;         // HIPBLASLT_MATMUL_DESC_TRANSB
inline constexpr int preference_workspace_bytes = 1;  // HIPBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES
inline constexpr int oldest_version = 600;            // 0.6.0: before it compute types had other numbers

struct Algorithm {  // hipblasLtMatmulAlgo_t
  std::uint8_t data[16];
  std::size_t max_workspace_bytes;
};

struct Heuristic {  // hipblasLtMatmulHeuristicResult_t
  Algorithm algorithm;
  std::size_t workspace_bytes;
  Status state;
  float waves;
  int reserved[4];
};

extern "C" {
using Create = Status (*)(Handle*);                                              // hipblasLtCreate
using Destroy = Status (*)(Handle);                                              // hipblasLtDestroy
using GetVersion = Status (*)(Handle, int*);                                     // 0.8.0 is 800
using CreateOperation = Status (*)(Operation*, int compute, hipDataType scale);  // ...MatmulDescCreate
using DestroyOperation = Status (*)(Operation);
using SetOperation = Status (*)(Operation, int attribute, void const* value, std::size_t bytes);
using CreateLayout = Status (*)(Layout*, hipDataType, std::uint64_t rows, std::uint64_t columns, std::int64_t stride);
using DestroyLayout = Status (*)(Layout);
using CreatePreference = Status (*)(Preference*);
using DestroyPreference = Status (*)(Preference);
using SetPreference = Status (*)(Preference, int attribute, void const* value, std::size_t bytes);
using GetHeuristic = Status (*)(Handle, Operation, Layout a, Layout b, Layout c, Layout d, Preference, int wanted,
                                Heuristic* found, int* count);
using Multiply = Status (*)(Handle, Operation, void const* alpha, void const* a, Layout, void const* b, Layout,
                            void const* beta, void const* c, Layout, void* d, Layout, Algorithm const*, void* scratch,
                            std::size_t scratch_bytes, hipStream_t);
}

}  // namespace hpcadvise::kernels::hipblaslt

// SPDX-License-Identifier: Apache-2.0
#pragma once

// Our GEMM against the vendor's BLAS with the same threads: square, row-major, not transposed.

#include "probes/runner/bench/benchmark.hpp"

#include <cstdint>

namespace hpcadvise::probes::runner {

BenchmarkResult gemm_fp32_vs_blas(std::int64_t n);
BenchmarkResult gemm_fp64_vs_blas(std::int64_t n);
BenchmarkResult gemm_fp32_rate(std::int64_t n);
BenchmarkResult gemm_fp64_rate(std::int64_t n);

}  // namespace hpcadvise::probes::runner

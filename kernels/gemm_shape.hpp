// SPDX-License-Identifier: Apache-2.0
#pragma once

// The shape of C = op(A) op(B) and the work that it does; nothing of Kokkos.

#include <cstdint>

namespace hpcadvise::kernels {

struct GemmShape {
  std::int64_t m;  // rows of op(A) and C
  std::int64_t n;  // columns of op(B) and C
  std::int64_t k;  // columns of op(A), rows of op(B)
};

// One multiplication and one addition for each (i, j, p).
constexpr double gemm_flops(GemmShape shape) { return 2.0 * double(shape.m) * double(shape.n) * double(shape.k); }

// The least traffic any GEMM can have: A and B read once, C written once.
constexpr double gemm_compulsory_bytes(GemmShape shape, int operand_bytes, int result_bytes) {
  double const operands = double(shape.m) * double(shape.k) + double(shape.k) * double(shape.n);
  return operands * operand_bytes + double(shape.m) * double(shape.n) * result_bytes;
}

}  // namespace hpcadvise::kernels

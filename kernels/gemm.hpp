// SPDX-License-Identifier: Apache-2.0
#pragma once

// C = op(A) op(B) and the work that it does.

#include <Kokkos_Core.hpp>

#include <cstdint>

namespace hpcadvise::kernels {

struct GemmShape {
  std::int64_t m;  // rows of op(A) and C
  std::int64_t n;  // columns of op(B) and C
  std::int64_t k;  // columns of op(A), rows of op(B)
};

enum class Transpose { no, yes };

// One multiplication and one addition for each (i, j, p).
constexpr double gemm_flops(GemmShape shape) { return 2.0 * double(shape.m) * double(shape.n) * double(shape.k); }

// The least traffic any GEMM can have: A and B read once, C written once.
constexpr double gemm_compulsory_bytes(GemmShape shape, int element_bytes) {
  double const elements =
      double(shape.m) * double(shape.k) + double(shape.k) * double(shape.n) + double(shape.m) * double(shape.n);
  return elements * element_bytes;
}

// Row-major, contiguous.
template <class Scalar, class MemorySpace = Kokkos::HostSpace>
using Matrix = Kokkos::View<Scalar**, Kokkos::LayoutRight, MemorySpace>;

// Enqueues C = op(A) op(B) on `space` and returns; the caller fences. A is m x k (k x m when transposed), B is k x n
// (n x k), C is m x n. Precondition: the extents agree. C is overwritten.
void gemm(Kokkos::DefaultHostExecutionSpace const& space, Transpose a_op, Transpose b_op, Matrix<float const> a,
          Matrix<float const> b, Matrix<float> c);
void gemm(Kokkos::DefaultHostExecutionSpace const& space, Transpose a_op, Transpose b_op, Matrix<double const> a,
          Matrix<double const> b, Matrix<double> c);

}  // namespace hpcadvise::kernels

// SPDX-License-Identifier: Apache-2.0
#pragma once

// C = op(A) op(B). This header declares; each backend implements in its own folder (host/).

#include "kernels/gemm_shape.hpp"

#include <Kokkos_Core.hpp>

namespace hpcadvise::kernels {

enum class Transpose { no, yes };

// Row-major, contiguous.
template <class Scalar, class MemorySpace = Kokkos::HostSpace>
using Matrix = Kokkos::View<Scalar**, Kokkos::LayoutRight, MemorySpace>;

// Memory for packed operands; gemm() makes it as large as it needs, at most 32 MiB and some padding. Kept from call to
// call it saves the page faults of a fresh one, which show below n = 2048.
struct GemmWorkspace {
  Kokkos::View<char*, Kokkos::HostSpace> memory;
};

// Enqueues C = op(A) op(B) on `space` and returns; the caller fences. A is m x k (k x m when transposed), B is k x n
// (n x k), C is m x n. Precondition: the extents agree. C is overwritten. One workspace serves one call at a time.
void gemm(Kokkos::DefaultHostExecutionSpace const& space, Transpose a_op, Transpose b_op, Matrix<float const> a,
          Matrix<float const> b, Matrix<float> c, GemmWorkspace& workspace);
void gemm(Kokkos::DefaultHostExecutionSpace const& space, Transpose a_op, Transpose b_op, Matrix<double const> a,
          Matrix<double const> b, Matrix<double> c, GemmWorkspace& workspace);

// With a workspace of their own.
void gemm(Kokkos::DefaultHostExecutionSpace const& space, Transpose a_op, Transpose b_op, Matrix<float const> a,
          Matrix<float const> b, Matrix<float> c);
void gemm(Kokkos::DefaultHostExecutionSpace const& space, Transpose a_op, Transpose b_op, Matrix<double const> a,
          Matrix<double const> b, Matrix<double> c);

}  // namespace hpcadvise::kernels

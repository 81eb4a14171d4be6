// SPDX-License-Identifier: Apache-2.0
#pragma once

// C = op(A) op(B). This header declares; host/ and device/ implement.

#include "kernels/fragment/number_formats.hpp"
#include "kernels/gemm_shape.hpp"
#include "kernels/space.hpp"

#include <string>
#include <vector>

namespace hpcadvise::kernels {

enum class Transpose { no, yes };

// Row-major, contiguous.
template <class Scalar>
using Matrix = Kokkos::View<Scalar**, Kokkos::LayoutRight, MemorySpace>;

// Memory for packed operands; gemm() makes it as large as it needs, at most 32 MiB and some padding. Kept from call to
// call it saves the page faults of a fresh one, which show below n = 2048.
struct GemmWorkspace {
  Kokkos::View<char*, MemorySpace> memory;
  int tile = 0;  // of the names below, which is used
};

enum class GemmFormat { fp16, bf16, tf32, fp32, fp64 };

// The tiles of C that a device's gemm(), or gemm_tf32(), can be made of: "128x128x32" is rows, columns and the part of
// k that is copied at once. Those alone that a block has memory for here; the first serves most shapes, and which is
// best for one, its time says. Empty on a host, which has one way, and for a format that the device lacks.
std::vector<std::string> gemm_tile_names(GemmFormat format);

// Enqueues C = op(A) op(B) on `space` and returns; the caller fences. A is m x k (k x m when transposed), B is k x n
// (n x k), C is m x n. Precondition: the extents agree. C is overwritten. One workspace serves one call at a time.
void gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<float const> a, Matrix<float const> b,
          Matrix<float> c, GemmWorkspace& workspace);
void gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<double const> a, Matrix<double const> b,
          Matrix<double> c, GemmWorkspace& workspace);

// On a device only. Sums in fp32; the operands of gemm_tf32 are rounded to tf32.
void gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<Half const> a, Matrix<Half const> b,
          Matrix<Half> c, GemmWorkspace& workspace);
void gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<BFloat16 const> a, Matrix<BFloat16 const> b,
          Matrix<BFloat16> c, GemmWorkspace& workspace);
void gemm_tf32(Space const& space, Transpose a_op, Transpose b_op, Matrix<float const> a, Matrix<float const> b,
               Matrix<float> c, GemmWorkspace& workspace);

// With a workspace of their own.
void gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<float const> a, Matrix<float const> b,
          Matrix<float> c);
void gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<double const> a, Matrix<double const> b,
          Matrix<double> c);

}  // namespace hpcadvise::kernels

// SPDX-License-Identifier: Apache-2.0
#pragma once

// Is C = op(A) op(B)? Answered for every element of C, in higher precision, at the price of a few products of a matrix
// with a vector.

#include "kernels/gemm.hpp"

namespace hpcadvise::probes::runner {

// An estimate of |C - op(A) op(B)| / |op(A) op(B)| in the Frobenius norm. With x of random signs the mean of |E x|^2 is
// |E|^2 (Hutchinson 1990; the test of a product by a vector is Freivalds's, 1977), so the ratio of the two is taken
// over a few such x, in fp64 for fp32 and in long double for fp64. No sign is 0: no element of C goes unseen. Not
// a number if C holds one.
double gemm_relative_error(Kokkos::DefaultHostExecutionSpace const& space, kernels::Transpose a_op,
                           kernels::Transpose b_op, kernels::Matrix<float const> a, kernels::Matrix<float const> b,
                           kernels::Matrix<float const> c);
double gemm_relative_error(Kokkos::DefaultHostExecutionSpace const& space, kernels::Transpose a_op,
                           kernels::Transpose b_op, kernels::Matrix<double const> a, kernels::Matrix<double const> b,
                           kernels::Matrix<double const> c);

// What rounding explains for sums of `length` products of random signs: errors that add up like a random walk,
// u sqrt(length) relative to the sum (Higham and Mary 2019), with a factor of 8 to spare. An operand rounded to
// bf16 or tf32 on the way is far outside.
double gemm_error_bound(double unit_roundoff, std::int64_t length);

}  // namespace hpcadvise::probes::runner

// SPDX-License-Identifier: Apache-2.0
#pragma once

// Is C = op(A) op(B)? Answered for every element of C, in higher precision, at the price of a few products of a matrix
// with a vector.

#include "kernels/gemm.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace hpcadvise::probes::runner {

template <class Element>
using HostMatrix = Kokkos::View<Element const**, Kokkos::LayoutRight, Kokkos::HostSpace>;

// What C is held against: op(A) op(B) x for a few vectors x of random signs, in fp64, for fp64 in long double. One
// serves for every C that should be this product.
struct GemmReference {
  static constexpr int vector_count = 4;
  std::vector<std::array<long double, vector_count>> rows;
};
using HostSpace = Kokkos::DefaultHostExecutionSpace;
GemmReference gemm_reference(HostSpace const& space, kernels::Transpose a_op, kernels::Transpose b_op,
                             HostMatrix<float> const& a, HostMatrix<float> const& b);
GemmReference gemm_reference(HostSpace const& space, kernels::Transpose a_op, kernels::Transpose b_op,
                             HostMatrix<double> const& a, HostMatrix<double> const& b);
GemmReference gemm_reference(HostSpace const& space, kernels::Transpose a_op, kernels::Transpose b_op,
                             HostMatrix<kernels::Half> const& a, HostMatrix<kernels::Half> const& b);
GemmReference gemm_reference(HostSpace const& space, kernels::Transpose a_op, kernels::Transpose b_op,
                             HostMatrix<kernels::BFloat16> const& a, HostMatrix<kernels::BFloat16> const& b);
GemmReference gemm_reference(HostSpace const& space, kernels::Transpose a_op, kernels::Transpose b_op,
                             HostMatrix<kernels::E4M3> const& a, HostMatrix<kernels::E4M3> const& b);

// An estimate of |C - op(A) op(B)| / |op(A) op(B)| in the Frobenius norm. With x of random signs the mean of |E x|^2 is
// |E|^2 (Hutchinson 1990; the test of a product by a vector is Freivalds's, 1977), so the ratio of the two is taken
// over a few such x. No sign is 0: no element of C goes unseen. Not a number if C holds one.
double gemm_relative_error(HostSpace const& space, GemmReference const& reference, HostMatrix<float> const& c);
double gemm_relative_error(HostSpace const& space, GemmReference const& reference, HostMatrix<double> const& c);
double gemm_relative_error(HostSpace const& space, GemmReference const& reference, HostMatrix<kernels::Half> const& c);
double gemm_relative_error(HostSpace const& space, GemmReference const& reference,
                           HostMatrix<kernels::BFloat16> const& c);

// Unit roundoffs of what a kernel rounds.
struct GemmRounding {
  double operands = 0;  // 0: multiplied as they lie in memory
  double sums = 0;
  double result = 0;  // beyond that of the sums
};

// What rounding explains for sums of `length` products of random signs: errors of the sums that add up like a random
// walk, u sqrt(length) relative to the sum (Higham and Mary 2019), with a factor of 8 to spare; those of the operands
// and of the result once, at their largest. An fp32 operand rounded to bf16 on the way is far outside.
double gemm_error_bound(GemmRounding rounding, std::int64_t length);

}  // namespace hpcadvise::probes::runner

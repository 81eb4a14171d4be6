// SPDX-License-Identifier: Apache-2.0
#pragma once

// The vendor's GEMM behind the same interface: on a host the BLAS found at build time, on a device the libraries that
// are found when the program runs. Implemented in host/ and vendor/.

#include "kernels/gemm.hpp"
#include "kernels/vendor_library.hpp"

#include <vector>

namespace hpcadvise::kernels {

// Empty when built without one.
std::vector<VendorLibrary> vendor_blases();

// Same contract as gemm(), on a host with as many threads as `space` has; extents below 2^31. Precondition:
// vendor_blases() has the workspace's library, without a problem. Throws std::runtime_error on a device, with the
// library's status or where it has nothing for these elements. (A library that is not OpenBLAS takes its threads from
// OpenMP's settings, as Kokkos does.)
void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<float const> a, Matrix<float const> b,
                 Matrix<float> c, VendorWorkspace& workspace);
void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<double const> a, Matrix<double const> b,
                 Matrix<double> c, VendorWorkspace& workspace);

// On a device only; as gemm() and gemm_tf32().
void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<Half const> a, Matrix<Half const> b,
                 Matrix<Half> c, VendorWorkspace& workspace);
void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<BFloat16 const> a, Matrix<BFloat16 const> b,
                 Matrix<BFloat16> c, VendorWorkspace& workspace);
void vendor_gemm_tf32(Space const& space, Transpose a_op, Transpose b_op, Matrix<float const> a, Matrix<float const> b,
                      Matrix<float> c, VendorWorkspace& workspace);

// On sm_90, where C = A B^T is the one product of fp8: `a_op` is no, `b_op` yes, the extents are multiples of 16. The
// elements are multiplied as they are, all scales 1; sums are those of the matrix instruction, kept there to about 14
// bits, as frameworks ask for them forward.
void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<E4M3 const> a, Matrix<E4M3 const> b,
                 Matrix<BFloat16> c, VendorWorkspace& workspace);

}  // namespace hpcadvise::kernels

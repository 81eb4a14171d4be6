// SPDX-License-Identifier: Apache-2.0
#pragma once

// The vendor's GEMM behind the same interface, where a BLAS was found at build time.

#include "kernels/gemm.hpp"

#include <optional>
#include <string>

namespace hpcadvise::kernels {

struct VendorBlas {
  std::string name;     // "openblas"; "cblas" where the library does not say who it is
  std::string version;  // "0.3.21 SkylakeX": with the processor that its kernels are for; "unknown"
};

// Nothing when built without one.
std::optional<VendorBlas> vendor_blas();

// Same contract as gemm(), with as many threads as `space` has; extents below 2^31. Precondition: vendor_blas() has a
// value. (A library that is not OpenBLAS takes its threads from OpenMP's settings, as Kokkos does.)
void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<float const> a, Matrix<float const> b,
                 Matrix<float> c);
void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<double const> a, Matrix<double const> b,
                 Matrix<double> c);

// On a device only; as gemm() and gemm_tf32().
void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<Half const> a, Matrix<Half const> b,
                 Matrix<Half> c);
void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<BFloat16 const> a, Matrix<BFloat16 const> b,
                 Matrix<BFloat16> c);
void vendor_gemm_tf32(Space const& space, Transpose a_op, Transpose b_op, Matrix<float const> a, Matrix<float const> b,
                      Matrix<float> c);

}  // namespace hpcadvise::kernels

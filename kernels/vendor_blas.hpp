// SPDX-License-Identifier: Apache-2.0
#pragma once

// The vendor's GEMM behind the same interface, where a BLAS was found at build time.

#include "kernels/gemm.hpp"

#include <optional>
#include <string>

namespace hpcadvise::kernels {

struct VendorBlas {
  std::string name;     // "openblas"
  std::string version;  // "0.3.21 SkylakeX"
};

// Nothing when built without one.
std::optional<VendorBlas> vendor_blas();

// Same contract as gemm(), with as many threads as `space` has. Precondition: vendor_blas() has a value.
void vendor_gemm(Kokkos::DefaultHostExecutionSpace const& space, Transpose a_op, Transpose b_op, Matrix<float const> a,
                 Matrix<float const> b, Matrix<float> c);
void vendor_gemm(Kokkos::DefaultHostExecutionSpace const& space, Transpose a_op, Transpose b_op, Matrix<double const> a,
                 Matrix<double const> b, Matrix<double> c);

}  // namespace hpcadvise::kernels

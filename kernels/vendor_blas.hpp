// SPDX-License-Identifier: Apache-2.0
#pragma once

// The vendor's GEMM behind the same interface: on a host the BLAS found at build time, on a device the library that is
// found when the program runs. Implemented in host/ and vendor/.

#include "kernels/gemm.hpp"

#include <memory>
#include <optional>
#include <string>

namespace hpcadvise::kernels {

struct VendorBlas {
  std::string name;     // "openblas", "cublaslt", "rocblas"; "cblas" where the library does not say who it is
  std::string version;  // "0.3.21 SkylakeX": with the processor that its kernels are for; "unknown"
  std::string problem;  // why it cannot be used, in the loader's words; empty: it can
};

// Nothing when built without one.
std::optional<VendorBlas> vendor_blas();

// A library's handle and memory on a device, made by the first call and kept for the next; empty on a host. For one
// Space.
struct VendorWorkspace {
  std::shared_ptr<void> state;
};

// Same contract as gemm(), on a host with as many threads as `space` has; extents below 2^31. Precondition:
// vendor_blas() has a value without a problem. Throws std::runtime_error with the library's status on a device. (A
// library that is not OpenBLAS takes its threads from OpenMP's settings, as Kokkos does.)
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

}  // namespace hpcadvise::kernels

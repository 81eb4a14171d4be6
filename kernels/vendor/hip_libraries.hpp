// SPDX-License-Identifier: Apache-2.0
#pragma once

// The libraries that multiply on AMD's GPUs, each asked in the same words.

#include "kernels/vendor/column_major.hpp"
#include "kernels/vendor_blas.hpp"

namespace hpcadvise::kernels {

// Of all three matrices. Sums are in fp32, of fp64 in fp64.
enum class ElementFormat { fp64, fp32, fp16, bf16 };

VendorLibrary identify_rocblas();
VendorLibrary identify_hipblaslt();

// `state` as of a VendorWorkspace. Throw std::runtime_error with the library's status.
void multiply_by_rocblas(Space const& space, ElementFormat format, ColumnMajorProduct const& product,
                         std::shared_ptr<void>& state);
void multiply_by_hipblaslt(Space const& space, ElementFormat format, ColumnMajorProduct const& product,
                           std::shared_ptr<void>& state);

}  // namespace hpcadvise::kernels

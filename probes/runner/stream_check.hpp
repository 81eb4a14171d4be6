// SPDX-License-Identifier: Apache-2.0
#pragma once

// Is the answer of a stream kernel right? All of it is looked at.

#include "kernels/stream.hpp"

namespace hpcadvise::probes::runner {

// Relative to the reference in the Frobenius norm: of the sums in higher precision for read and strided, of `a`
// for the others.
double stream_relative_error(kernels::Space const& space, kernels::StreamKernel kernel,
                             kernels::StreamArrays const& arrays);

// Rounding in sums of positive numbers as a random walk (see gemm_error_bound), of one multiplication and addition for
// triad, and none where values are only moved.
double stream_error_bound(kernels::StreamKernel kernel, std::int64_t longest_piece);

}  // namespace hpcadvise::probes::runner

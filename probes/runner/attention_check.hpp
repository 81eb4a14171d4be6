// SPDX-License-Identifier: Apache-2.0
#pragma once

// Is the answer of a fused attention kernel right? Rows of it are worked out again in fp64, in the textbook's way.

#include "kernels/attention.hpp"

namespace hpcadvise::probes::runner {

// What one call has read and written, on the host and in fp32, which holds 16-bit numbers as they are. Backward's part
// is empty for forward.
struct AttentionTensors {
  using Heads = Kokkos::View<float****, Kokkos::LayoutRight, Kokkos::HostSpace>;
  using RowStatistic = Kokkos::View<float***, Kokkos::LayoutRight, Kokkos::HostSpace>;
  Heads q, k, v, out;
  RowStatistic log_sum_exp;
  Heads d_out, d_q, d_k, d_v;
};

// Error relative to the reference in the Frobenius norm over the checked rows: all rows of a small problem, else as
// many, spread evenly and with the last among them, as some 1e8 operations pay for. Not a number if a row holds one.

// Of the output; and of exp(log_sum_exp), if that is further off.
double attention_forward_error(Kokkos::DefaultHostExecutionSpace const& space, kernels::AttentionShape shape,
                               AttentionTensors const& tensors);

// Of dQ, dK or dV, whichever is furthest off. Uses the forward's output and log_sum_exp, which
// attention_forward_error has to have passed.
double attention_backward_error(Kokkos::DefaultHostExecutionSpace const& space, kernels::AttentionShape shape,
                                AttentionTensors const& tensors);

// Rounding in fp32: of scores, sums of head_size products, and of weighted sums over the keys (queries), as random
// walks (see gemm_error_bound), with a factor of 16 to spare for the exponential between the two; backward chains twice
// as many. `format_roundoff` is the unit roundoff of 16-bit tensors, 0 for fp32 ones: the weights and the output are
// rounded to them, in backward the weights' gradients too, and what it takes from the output.
double attention_forward_bound(kernels::AttentionShape shape, double format_roundoff = 0);
double attention_backward_bound(kernels::AttentionShape shape, double format_roundoff = 0);

}  // namespace hpcadvise::probes::runner

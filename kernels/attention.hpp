// SPDX-License-Identifier: Apache-2.0
#pragma once

// Fused attention, softmax(Q K^T / sqrt(d)) V, forward and backward, without an s^2 matrix in memory.

#include "kernels/attention_shape.hpp"

#include "kernels/space.hpp"

namespace hpcadvise::kernels {

// (batch, head, position, head_size), row-major, contiguous.
template <class Scalar>
using Heads = Kokkos::View<Scalar****, Kokkos::LayoutRight, MemorySpace>;
// (batch, head, position)
template <class Scalar>
using RowStatistic = Kokkos::View<Scalar***, Kokkos::LayoutRight, MemorySpace>;

// Enqueue on `space` and return; the caller fences. `log_sum_exp` is an output of forward and an input of backward:
// log of the sum of exp of each row's scaled scores. Outputs are overwritten, with the same bytes whatever the number
// of threads. Memory beyond the arguments: linear in the lengths; backward holds up to seven more d_q. Preconditions:
// the extents agree with `shape` and are at least 1; causal needs key_length >= query_length.
void attention_forward(Space const& space, AttentionShape shape, Heads<float const> q, Heads<float const> k,
                       Heads<float const> v, Heads<float> out, RowStatistic<float> log_sum_exp);

void attention_backward(Space const& space, AttentionShape shape, Heads<float const> q, Heads<float const> k,
                        Heads<float const> v, Heads<float const> out, RowStatistic<float const> log_sum_exp,
                        Heads<float const> d_out, Heads<float> d_q, Heads<float> d_k, Heads<float> d_v);

}  // namespace hpcadvise::kernels

// SPDX-License-Identifier: Apache-2.0
#pragma once

// What fused attention is compared with: attention as three steps, with the vendor's GEMM and the whole matrix of
// weights in memory. Each thread takes whole heads and calls a GEMM of one thread: with at least as many heads as
// threads that is faster than all threads inside each GEMM. A BLAS built on OpenMP does so by itself in a parallel
// region. Precondition of both directions: vendor_blases() has one.

#include "kernels/attention.hpp"

namespace hpcadvise::probes::runner {

// (batch, query_head, query, key): P, kept from forward for backward, as a framework without fusion keeps it.
kernels::Heads<float> make_attention_weights(kernels::AttentionShape shape);

// S = Q K^T, P = softmax(S) with masked weights 0, O = P V.
void unfused_attention_forward(Kokkos::DefaultHostExecutionSpace const& space, kernels::AttentionShape shape,
                               kernels::Heads<float const> q, kernels::Heads<float const> k,
                               kernels::Heads<float const> v, kernels::Heads<float> weights, kernels::Heads<float> out);

// dV = P^T dO, dP = dO V^T, dS = P * (dP - rowsum(P * dP)), dQ = dS K, dK = dS^T Q: four products, not five, because P
// is in memory. `d_weights` is as large as `weights`: dP, then dS.
void unfused_attention_backward(Kokkos::DefaultHostExecutionSpace const& space, kernels::AttentionShape shape,
                                kernels::Heads<float const> q, kernels::Heads<float const> k,
                                kernels::Heads<float const> v, kernels::Heads<float const> weights,
                                kernels::Heads<float const> d_out, kernels::Heads<float> d_weights,
                                kernels::Heads<float> d_q, kernels::Heads<float> d_k, kernels::Heads<float> d_v);

}  // namespace hpcadvise::probes::runner

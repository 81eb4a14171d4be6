// SPDX-License-Identifier: Apache-2.0
#pragma once

// Fused attention, softmax(Q K^T / sqrt(d)) V, forward and backward, without an s^2 matrix in memory; and its work.

#include "kernels/space.hpp"

#include <cstdint>

namespace hpcadvise::kernels {

struct AttentionShape {
  std::int64_t batch;
  std::int64_t query_heads;
  std::int64_t kv_heads;  // divides query_heads: grouped-query attention
  std::int64_t query_length;
  std::int64_t key_length;
  std::int64_t head_size;
  bool causal;  // query i sees keys j <= i + key_length - query_length
};

// (query, key) pairs that are needed, one head: the causal half is not counted.
constexpr double attention_pairs(AttentionShape shape) {
  auto const q = double(shape.query_length);
  auto const k = double(shape.key_length);
  // Query i sees k - q + i + 1 keys; precondition k >= q when causal.
  return shape.causal ? q * (k - q) + q * (q + 1) / 2 : q * k;
}

// Two products forward (Q K^T, P V), each 2 d flops a pair.
constexpr double attention_forward_flops(AttentionShape shape) {
  return 4.0 * double(shape.head_size) * attention_pairs(shape) * double(shape.batch) * double(shape.query_heads);
}

// Five products backward (Q K^T again, dV, dP, dQ, dK): 2.5 times the forward (Dao 2023, FlashAttention-2, 4.1).
constexpr double attention_backward_flops(AttentionShape shape) { return 2.5 * attention_forward_flops(shape); }

// The least traffic: Q, K, V read and O written once.
constexpr double attention_forward_bytes(AttentionShape shape, int element_bytes) {
  double const q = double(shape.batch) * double(shape.query_heads) * double(shape.query_length);
  double const k = double(shape.batch) * double(shape.kv_heads) * double(shape.key_length);
  return (2 * q + 2 * k) * double(shape.head_size) * element_bytes;
}

// Q, K, V, O, dO read and dQ, dK, dV written once.
constexpr double attention_backward_bytes(AttentionShape shape, int element_bytes) {
  double const q = double(shape.batch) * double(shape.query_heads) * double(shape.query_length);
  double const k = double(shape.batch) * double(shape.kv_heads) * double(shape.key_length);
  return (4 * q + 4 * k) * double(shape.head_size) * element_bytes;
}

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

// SPDX-License-Identifier: Apache-2.0
#pragma once

// The shape of softmax(Q K^T / sqrt(d)) V and the work that it does; nothing of Kokkos.

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

  bool operator==(AttentionShape const&) const = default;
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

}  // namespace hpcadvise::kernels

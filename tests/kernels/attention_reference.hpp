// SPDX-License-Identifier: Apache-2.0
#pragma once

// Attention in double precision, written as its formulas are, and the views and inputs that its tests share.

#include "kernels/attention.hpp"

#include <cmath>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

namespace hpcadvise::kernels::test {

struct AttentionViews {
  Heads<float> q, k, v, out, d_out, d_q, d_k, d_v;
  RowStatistic<float> log_sum_exp;
};

// Inputs are normal, outputs poisoned with NaN.
AttentionViews make_attention(AttentionShape shape, float scale = 1.0F, unsigned seed = 1);
void run_forward(AttentionShape shape, AttentionViews const& a);
void run_backward(AttentionShape shape, AttentionViews const& a);

struct AttentionReference {
  std::vector<double> out, log_sum_exp, d_q, d_k, d_v;
};
AttentionReference attention_reference(AttentionShape shape, AttentionViews const& a);

// |actual - expected| / |expected|, Frobenius; NaN where `actual` has one.
template <class View>
double relative_error(View const& actual, std::vector<double> const& expected) {
  double error = 0;
  double norm = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    double const difference = static_cast<double>(actual.data()[i]) - expected[i];
    error += difference * difference;
    norm += expected[i] * expected[i];
  }
  return std::sqrt(error / norm);
}

template <class View>
bool same_bytes(View const& a, View const& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// Rounding errors of a sum of n terms grow like sqrt(n) when signs are random; 2 is a margin, 6e-8 half an ulp of 1.
inline double error_bound(AttentionShape shape) {
  return 2 * 6e-8 * std::sqrt(static_cast<double>(shape.key_length + shape.head_size));
}

// Tile edges, odd sizes, one of everything, more keys than queries, grouped heads, several key chunks.
inline std::vector<AttentionShape> const attention_shapes = {
    {.batch = 1, .query_heads = 1, .kv_heads = 1, .query_length = 1, .key_length = 1, .head_size = 1, .causal = true},
    {.batch = 2,
     .query_heads = 4,
     .kv_heads = 2,
     .query_length = 96,
     .key_length = 128,
     .head_size = 64,
     .causal = false},
    {.batch = 1,
     .query_heads = 2,
     .kv_heads = 2,
     .query_length = 130,
     .key_length = 130,
     .head_size = 80,
     .causal = true},
    {.batch = 1,
     .query_heads = 3,
     .kv_heads = 1,
     .query_length = 97,
     .key_length = 150,
     .head_size = 72,
     .causal = false},
    {.batch = 1,
     .query_heads = 2,
     .kv_heads = 1,
     .query_length = 33,
     .key_length = 257,
     .head_size = 128,
     .causal = true},
    {.batch = 1,
     .query_heads = 2,
     .kv_heads = 2,
     .query_length = 1,
     .key_length = 300,
     .head_size = 96,
     .causal = true},
    {.batch = 1,
     .query_heads = 1,
     .kv_heads = 1,
     .query_length = 70,
     .key_length = 49,
     .head_size = 256,
     .causal = false},
    {.batch = 1,
     .query_heads = 1,
     .kv_heads = 1,
     .query_length = 200,
     .key_length = 203,
     .head_size = 7,
     .causal = true},
    {.batch = 1,
     .query_heads = 2,
     .kv_heads = 1,
     .query_length = 130,
     .key_length = 1100,
     .head_size = 33,
     .causal = true},
    {.batch = 1,
     .query_heads = 1,
     .kv_heads = 1,
     .query_length = 600,
     .key_length = 600,
     .head_size = 16,
     .causal = true},
};

std::string describe(AttentionShape shape);

}  // namespace hpcadvise::kernels::test

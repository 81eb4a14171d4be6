// SPDX-License-Identifier: Apache-2.0
#include "kernels/host/attention_tile.hpp"

#include "kernels/host/simd_targets.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/host/attention_backward_tile.cpp"
#include <hwy/foreach_target.h>

#include "kernels/host/attention_simd-inl.hpp"
#include "kernels/host/attention_transpose-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace hpcadvise::kernels::HWY_NAMESPACE {

// With P = softmax(S), S = Q K^T / sqrt(d) and delta = rowsum(dO * O):
// dV = P^T dO, dP = dO V^T, dS = P * (dP - delta), dQ = dS K / sqrt(d), dK = dS^T Q / sqrt(d)
// (Dao et al. 2022, FlashAttention, appendix B.2). P comes back from S and its log_sum_exp.
struct Workspace {
  float* q;            // panels of [head_size][panel], times log2(e) / sqrt(d)
  float* d_out;        // panels of [head_size][panel]
  float* d_q;          // panels of [head_size][panel]
  float* q_rows;       // [query][row_stride], divided by sqrt(d)
  float* d_out_rows;   // [query][row_stride]
  float* weights;      // [key][query_tile]: S^T, then P^T
  float* d_scores;     // [key][query_tile]: dP^T, then dS^T
  float* log_sum_exp;  // in units of log 2
  float* delta;
  float* factor;
  std::size_t row_stride;  // whole vectors
};

HWY_INLINE Workspace carve(std::size_t head_size, float* scratch) {
  Workspace w{};
  auto const take = [&](std::size_t floats) {
    float* const begin = scratch;
    scratch += floats;
    return begin;
  };
  w.row_stride = hwy::RoundUpTo(head_size, lanes);
  w.q = take(head_size * query_tile);
  w.d_out = take(head_size * query_tile);
  w.d_q = take(head_size * query_tile);
  w.q_rows = take(w.row_stride * query_tile);
  w.d_out_rows = take(w.row_stride * query_tile);
  w.weights = take(backward_key_tile * query_tile);
  w.d_scores = take(backward_key_tile * query_tile);
  w.log_sum_exp = take(query_tile);
  w.delta = take(query_tile);
  w.factor = take(query_tile);
  return w;
}

HWY_INLINE float dot(float const* a, float const* b, std::size_t n) {
  Tag const d;
  V sum = hn::Zero(d);
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) sum = hn::MulAdd(hn::LoadU(d, a + i), hn::LoadU(d, b + i), sum);
  float rest = 0.0F;
  for (; i < n; ++i) rest += a[i] * b[i];
  return hn::GetLane(hn::SumOfLanes(d, sum)) + rest;
}

HWY_INLINE void pack(AttentionBackwardTile const& tile, Workspace const& w) {
  std::size_t const head_size = tile.head_size;
  float const scale = 1.0F / std::sqrt(static_cast<float>(head_size));
  for (std::size_t begin = 0; begin < tile.query_count; begin += panel) {
    std::size_t const rows = std::min(panel, tile.query_count - begin);
    std::size_t const offset = begin * head_size;
    transpose_into_panel(tile.q + offset, rows, head_size, scale * std::numbers::log2e_v<float>, w.q + offset);
    transpose_into_panel(tile.d_out + offset, rows, head_size, 1.0F, w.d_out + offset);
  }
  std::fill_n(w.d_q, head_size * query_tile, 0.0F);
  std::fill_n(w.log_sum_exp, query_tile, 0.0F);
  std::fill_n(w.delta, query_tile, 0.0F);
  std::fill_n(w.factor, query_tile, scale);
  for (std::size_t i = 0; i < tile.query_count; ++i) {
    float const* const q = tile.q + i * head_size;
    float const* const d_out = tile.d_out + i * head_size;
    for (std::size_t j = 0; j < head_size; ++j) w.q_rows[i * w.row_stride + j] = scale * q[j];
    std::copy_n(d_out, head_size, w.d_out_rows + i * w.row_stride);
    w.delta[i] = dot(d_out, tile.out + i * head_size, head_size);
    w.log_sum_exp[i] = std::numbers::log2e_v<float> * tile.log_sum_exp[i];
  }
}

// S^T and dP^T of a panel become P^T and dS^T.
HWY_INLINE void softmax_gradient(Workspace const& w, std::size_t begin, std::size_t keys, std::size_t columns) {
  Tag const d;
  for (std::size_t key = 0; key < keys; ++key)
    for (std::size_t column = begin; column < begin + columns; column += lanes) {
      float* const weight = w.weights + key * query_tile + column;
      float* const d_score = w.d_scores + key * query_tile + column;
      V const p = exp2_nonpositive(hn::Sub(hn::LoadU(d, weight), hn::LoadU(d, w.log_sum_exp + column)));
      hn::StoreU(p, d, weight);
      hn::StoreU(hn::Mul(p, hn::Sub(hn::LoadU(d, d_score), hn::LoadU(d, w.delta + column))), d, d_score);
    }
}

// One panel of queries and up to backward_key_tile keys: P^T, dS^T and what they add to dQ.
HWY_INLINE void backward_panel(AttentionBackwardTile const& tile, Workspace const& w, std::size_t begin,
                               std::size_t key_begin, std::size_t key_count) {
  std::size_t const head_size = tile.head_size;
  std::size_t const rows = std::min(panel, tile.query_count - begin);
  std::size_t const columns = hwy::RoundUpTo(rows, lanes);
  std::size_t const last = tile.visible.count(begin + rows - 1);
  std::size_t const keys = last > key_begin ? std::min(key_count, last - key_begin) : 0;
  float* const weights = w.weights + begin;
  float* const d_scores = w.d_scores + begin;
  float const* const k = tile.k + key_begin * head_size;
  float const* const v = tile.v + key_begin * head_size;

  multiply<Store::overwrite>({k, head_size, 1}, keys, w.q + begin * head_size, panel, head_size, weights, query_tile,
                             columns);
  multiply<Store::overwrite>({v, head_size, 1}, keys, w.d_out + begin * head_size, panel, head_size, d_scores,
                             query_tile, columns);
  mask_scores({tile.visible.count(begin), tile.visible.step}, key_begin, keys, weights, query_tile);
  softmax_gradient(w, begin, keys, columns);
  for (std::size_t key = keys; key < key_count; ++key) {
    std::fill_n(weights + key * query_tile, columns, 0.0F);
    std::fill_n(d_scores + key * query_tile, columns, 0.0F);
  }
  multiply<Store::add>({k, 1, head_size}, head_size, d_scores, query_tile, keys, w.d_q + begin * head_size, panel,
                       columns);
}

void backward_tile(AttentionBackwardTile const& tile, float* scratch) {
  std::size_t const head_size = tile.head_size;
  Workspace const w = carve(head_size, scratch);
  pack(tile, w);

  std::size_t const last = std::min(tile.key_end, tile.visible.count(tile.query_count - 1));
  for (std::size_t key_begin = tile.key_begin; key_begin < last; key_begin += backward_key_tile) {
    std::size_t const keys = std::min(backward_key_tile, last - key_begin);
    for (std::size_t begin = 0; begin < tile.query_count; begin += panel)
      backward_panel(tile, w, begin, key_begin, keys);
    multiply<Store::add>({w.weights, query_tile, 1}, keys, w.d_out_rows, w.row_stride, tile.query_count,
                         tile.d_v + key_begin * head_size, head_size, head_size);
    multiply<Store::add>({w.d_scores, query_tile, 1}, keys, w.q_rows, w.row_stride, tile.query_count,
                         tile.d_k + key_begin * head_size, head_size, head_size);
  }

  for (std::size_t begin = 0; begin < tile.query_count; begin += panel)
    transpose_from_panel(w.d_q + begin * head_size, std::min(panel, tile.query_count - begin), head_size, w.factor,
                         tile.d_q + begin * head_size);
}

}  // namespace hpcadvise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hpcadvise::kernels {

HWY_EXPORT(backward_tile);

void attention_backward_tile(AttentionBackwardTile const& tile, float* scratch) {
  HWY_DYNAMIC_DISPATCH(backward_tile)(tile, scratch);
}

}  // namespace hpcadvise::kernels
#endif

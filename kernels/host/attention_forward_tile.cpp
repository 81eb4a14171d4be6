// SPDX-License-Identifier: Apache-2.0
#include "kernels/host/attention_tile.hpp"

#include "kernels/host/simd_targets.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/host/attention_forward_tile.cpp"
#include <hwy/foreach_target.h>

#include "kernels/host/attention_simd-inl.hpp"
#include "kernels/host/attention_transpose-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace hpcadvise::kernels::HWY_NAMESPACE {

// A panel of queries and what is known of them after the keys so far: `out` is the sum of 2^(score - maximum) V, `sum`
// that of 2^(score - maximum), where scores are in units of log 2 (Milakov and Gimelshein 2018, Online normalizer
// calculation for softmax).
struct Panel {
  std::size_t rows;     // queries
  std::size_t columns;  // lanes of whole vectors
  VisibleKeys visible;
  float* q;    // [head_size][panel]
  float* out;  // [head_size][panel]
  float* maximum;
  float* sum;
};

// scores[key][query] become 2^(score - new maximum); what was gathered under the old maximum shrinks by 2^(old - new).
template <std::size_t vectors>
HWY_INLINE void online_softmax(std::size_t keys, std::size_t head_size, float* scores, Panel const& queries) {
  Tag const d;
  V maximum[vectors];
  V sum[vectors];
  for (std::size_t v = 0; v < vectors; ++v) {
    maximum[v] = hn::LoadU(d, queries.maximum + v * lanes);
    sum[v] = hn::Zero(d);
  }
  for (std::size_t key = 0; key < keys; ++key)
    for (std::size_t v = 0; v < vectors; ++v)
      maximum[v] = hn::Max(maximum[v], hn::LoadU(d, scores + key * panel + v * lanes));
  for (std::size_t key = 0; key < keys; ++key)
    for (std::size_t v = 0; v < vectors; ++v) {
      float* const score = scores + key * panel + v * lanes;
      V const weight = exp2_nonpositive(hn::Sub(hn::LoadU(d, score), maximum[v]));
      sum[v] = hn::Add(sum[v], weight);
      hn::StoreU(weight, d, score);
    }
  for (std::size_t v = 0; v < vectors; ++v) {
    V const old_maximum = hn::LoadU(d, queries.maximum + v * lanes);
    V const shrink = exp2_nonpositive(hn::Sub(old_maximum, maximum[v]));
    hn::StoreU(hn::MulAdd(hn::LoadU(d, queries.sum + v * lanes), shrink, sum[v]), d, queries.sum + v * lanes);
    hn::StoreU(maximum[v], d, queries.maximum + v * lanes);
    if (hn::AllTrue(d, hn::Eq(old_maximum, maximum[v]))) continue;  // the usual case after a few tiles of keys
    for (std::size_t j = 0; j < head_size; ++j) {
      float* const element = queries.out + j * panel + v * lanes;
      hn::StoreU(hn::Mul(hn::LoadU(d, element), shrink), d, element);
    }
  }
}

HWY_INLINE void forward_step(AttentionForwardTile const& tile, std::size_t key_begin, float* scores,
                             Panel const& queries) {
  std::size_t const head_size = tile.head_size;
  std::size_t const last = queries.visible.count(queries.rows - 1);
  if (key_begin >= last) return;
  std::size_t const keys = std::min(key_tile, last - key_begin);
  multiply<Store::overwrite>({tile.k + key_begin * head_size, head_size, 1}, keys, queries.q, panel, head_size, scores,
                             panel, queries.columns);
  mask_scores(queries.visible, key_begin, keys, scores, panel);
  switch (queries.columns / lanes) {
    case 1: online_softmax<1>(keys, head_size, scores, queries); break;
    case 2: online_softmax<2>(keys, head_size, scores, queries); break;
    default: online_softmax<3>(keys, head_size, scores, queries);
  }
  multiply<Store::add>({tile.v + key_begin * head_size, 1, head_size}, head_size, scores, panel, keys, queries.out,
                       panel, queries.columns);
}

void forward_tile(AttentionForwardTile const& tile, float* scratch) {
  std::size_t const head_size = tile.head_size;
  float* const scores = scratch;  // [key_tile][panel]
  Panel panels[query_tile / panel];
  std::size_t panel_count = 0;
  float* next = scores + key_tile * panel;
  float const scale = std::numbers::log2e_v<float> / std::sqrt(static_cast<float>(head_size));
  for (std::size_t begin = 0; begin < tile.query_count; begin += panel) {
    std::size_t const rows = std::min(panel, tile.query_count - begin);
    Panel const queries{.rows = rows,
                        .columns = hwy::RoundUpTo(rows, lanes),
                        .visible = {tile.visible.count(begin), tile.visible.step},
                        .q = next,
                        .out = next + head_size * panel,
                        .maximum = next + 2 * head_size * panel,
                        .sum = next + (2 * head_size + 1) * panel};
    next += (2 * head_size + 2) * panel;
    transpose_into_panel(tile.q + begin * head_size, rows, head_size, scale, queries.q);
    std::fill_n(queries.out, head_size * panel, 0.0F);
    std::fill_n(queries.maximum, panel, masked_score);
    std::fill_n(queries.sum, panel, 0.0F);
    panels[panel_count++] = queries;
  }

  std::size_t const last = tile.visible.count(tile.query_count - 1);
  for (std::size_t key_begin = 0; key_begin < last; key_begin += key_tile)
    for (std::size_t i = 0; i < panel_count; ++i) forward_step(tile, key_begin, scores, panels[i]);

  for (std::size_t i = 0; i < panel_count; ++i) {
    Panel const& queries = panels[i];
    std::size_t const begin = i * panel;
    for (std::size_t row = 0; row < queries.rows; ++row) {
      tile.log_sum_exp[begin + row] = std::numbers::ln2_v<float> * (queries.maximum[row] + std::log2(queries.sum[row]));
      queries.sum[row] = 1.0F / queries.sum[row];
    }
    transpose_from_panel(queries.out, queries.rows, head_size, queries.sum, tile.out + begin * head_size);
  }
}

}  // namespace hpcadvise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hpcadvise::kernels {

HWY_EXPORT(forward_tile);

void attention_forward_tile(AttentionForwardTile const& tile, float* scratch) {
  HWY_DYNAMIC_DISPATCH(forward_tile)(tile, scratch);
}

}  // namespace hpcadvise::kernels
#endif

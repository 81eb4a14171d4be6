// SPDX-License-Identifier: Apache-2.0
#pragma once

// Attention for one tile of queries of one head, by one thread: what attention.cpp runs in parallel. Scores are held
// transposed, a query a SIMD lane, so that a row's maximum and sum need no work across lanes, and K and V are read as
// they lie in memory.

#include <cstddef>

namespace hpcadvise::kernels {

// Queries of a tile: a multiple of three vectors of every SIMD target.
inline constexpr std::size_t query_tile = 96;
// Keys whose scores are held at once. Backward holds two such matrices.
inline constexpr std::size_t key_tile = 128;
inline constexpr std::size_t backward_key_tile = 64;

// Query i of the tile sees the keys [0, first + i * step): step is 1 when causal, 0 when not.
struct VisibleKeys {
  std::size_t first;
  std::size_t step;
  constexpr std::size_t count(std::size_t query) const { return first + query * step; }
};

// Row-major, contiguous; queries count from the tile's first, keys from the head's.
struct AttentionForwardTile {
  std::size_t head_size;
  std::size_t query_count;  // at most query_tile
  VisibleKeys visible;
  float const* q;      // [query_count][head_size]
  float const* k;      // [keys][head_size]
  float const* v;      // [keys][head_size]
  float* out;          // [query_count][head_size]
  float* log_sum_exp;  // [query_count]
};

struct AttentionBackwardTile {
  std::size_t head_size;
  std::size_t query_count;
  VisibleKeys visible;
  std::size_t key_begin;  // the keys that count here: [key_begin, key_end)
  std::size_t key_end;
  float const* q;
  float const* k;
  float const* v;
  float const* out;
  float const* log_sum_exp;
  float const* d_out;
  float* d_q;  // these keys' share, overwritten
  float* d_k;  // this tile's share is added, as to d_v
  float* d_v;
};

// `scratch` must be aligned to 64 bytes.
constexpr std::size_t attention_forward_scratch_floats(std::size_t head_size) {
  return (2 * head_size + 2 + key_tile) * query_tile;
}
void attention_forward_tile(AttentionForwardTile const& tile, float* scratch);

constexpr std::size_t attention_backward_scratch_floats(std::size_t head_size) {
  std::size_t const whole_vectors = (head_size + 15) / 16 * 16;
  return (3 * head_size + 2 * whole_vectors + 3 + 2 * backward_key_tile) * query_tile;
}
void attention_backward_tile(AttentionBackwardTile const& tile, float* scratch);

}  // namespace hpcadvise::kernels

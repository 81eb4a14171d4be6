// SPDX-License-Identifier: Apache-2.0
#pragma once

// What attention reads and writes on a device, as kernels/attention.hpp has it: (batch, head, position, head_size),
// row-major, contiguous, here with the heads of all batches in one row. Lengths are below 2^31 - 2^16. Pointers to
// 16-bit numbers are aligned to 16 bytes.

#include "kernels/attention_shape.hpp"
#include "kernels/device/head_matrix.hpp"
#include "kernels/fragment/device_function.hpp"

#include <cmath>

namespace hpcadvise::kernels {

template <class Element>
struct DeviceAttentionForward {
  AttentionShape shape;
  float scale;  // of the scores: score_scale
  Element const* q;
  Element const* k;
  Element const* v;
  Element* out;
  float* log_sum_exp;
};

template <class Element>
struct DeviceAttentionBackward {
  AttentionShape shape;
  float scale;
  Element const* q;
  Element const* k;
  Element const* v;
  Element const* out;
  Element const* d_out;
  float const* log_sum_exp;
  float* delta;  // of each query: written first, by attention_delta_rows
  Element* d_q;
  Element* d_k;
  Element* d_v;
};

inline float score_scale(AttentionShape shape) { return float(1 / std::sqrt(double(shape.head_size))); }

template <class Scalar>
HPCADVISE_DEVICE_FUNCTION HeadMatrix<Scalar> query_matrix(AttentionShape const& shape, Scalar* data, int query_head) {
  return {.data = data + query_head * shape.query_length * shape.head_size,
          .length = int(shape.query_length),
          .head_size = int(shape.head_size)};
}

template <class Scalar>
HPCADVISE_DEVICE_FUNCTION HeadMatrix<Scalar> key_matrix(AttentionShape const& shape, Scalar* data, int kv_head) {
  return {.data = data + kv_head * shape.key_length * shape.head_size,
          .length = int(shape.key_length),
          .head_size = int(shape.head_size)};
}

HPCADVISE_DEVICE_FUNCTION int queries_per_key_head(AttentionShape const& shape) {
  return int(shape.query_heads / shape.kv_heads);
}

// Keys from this one on are hidden from the query; of queries beyond the last, as from the last.
HPCADVISE_DEVICE_FUNCTION int visible_keys(AttentionShape const& shape, int query) {
  int const keys = int(shape.key_length);
  int const seen = keys - int(shape.query_length) + query + 1;
  return shape.causal && seen < keys ? seen : keys;
}

// Queries before this one do not see the key.
HPCADVISE_DEVICE_FUNCTION int first_query_of(AttentionShape const& shape, int key) {
  int const query = key - int(shape.key_length - shape.query_length);
  return shape.causal && query > 0 ? query : 0;
}

}  // namespace hpcadvise::kernels

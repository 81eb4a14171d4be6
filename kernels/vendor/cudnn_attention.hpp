// SPDX-License-Identifier: Apache-2.0
#pragma once

// Fused attention as cuDNN is asked for it: a graph of the steps of the formula, as NVIDIA's own front end builds it
// (cudnn-frontend at 3929da2, node/scaled_dot_product_flash_attention.h, softmax.h and diagonal_band_mask.h). cuDNN
// knows the pattern and runs it as one kernel, backward as a few; at another order of the same steps it has none.

#include "kernels/attention_shape.hpp"
#include "kernels/vendor/cudnn_graph.hpp"

#include <cstdint>
#include <limits>

namespace hpcadvise::kernels {

// (batch, head, position, head_size), row-major; log_sum_exp and delta (batch, head, position, 1) in fp32.
enum class AttentionTensor : std::int64_t {
  q = 1,
  k,
  v,
  out,
  log_sum_exp,
  d_out,
  d_q,
  d_k,
  d_v,
  delta,     // backward's own: rowsum(dO * O)
  d_q_sums,  // backward's own: d_q in fp32
  scale,
  minus_infinity,
  query_length,
  key_length,
  one  // numbers
};

// `type` of q, k, v, out and their gradients: CUDNN_DATA_HALF or CUDNN_DATA_BFLOAT16. Causal as AttentionShape says.
CudnnGraph attention_forward_graph(AttentionShape shape, cudnnDataType_t type);
CudnnGraph attention_backward_graph(AttentionShape shape, cudnnDataType_t type);

// The numbers that both graphs take.
struct AttentionNumbers {
  explicit AttentionNumbers(AttentionShape shape);

  float scale;
  float minus_infinity = -std::numeric_limits<float>::infinity();
  float one = 1;
  std::int32_t query_length;
  std::int32_t key_length;
};

}  // namespace hpcadvise::kernels

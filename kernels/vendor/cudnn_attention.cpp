// SPDX-License-Identifier: Apache-2.0
#include "kernels/vendor/cudnn_attention.hpp"

#include <cmath>

namespace hpcadvise::kernels {
namespace {

constexpr cudnnDataType_t fp32 = CUDNN_DATA_FLOAT;

// The tensors of one graph, by their names.
class Builder {
 public:
  Builder(AttentionShape shape, cudnnDataType_t type) : shape_(shape), type_(type) {}

  CudnnGraph graph;

  CudnnExtents queries() const { return {shape_.batch, shape_.query_heads, shape_.query_length, shape_.head_size}; }
  CudnnExtents keys() const { return {shape_.batch, shape_.kv_heads, shape_.key_length, shape_.head_size}; }
  CudnnExtents rows() const { return {shape_.batch, shape_.query_heads, shape_.query_length, 1}; }
  CudnnExtents scores() const { return {shape_.batch, shape_.query_heads, shape_.query_length, shape_.key_length}; }

  CudnnTensor in_memory(AttentionTensor name, CudnnExtents extents, cudnnDataType_t type) {
    return graph.in_memory(std::int64_t(name), type, extents, packed(extents));
  }
  CudnnTensor of_queries(AttentionTensor name) { return in_memory(name, queries(), type_); }
  CudnnTensor of_keys(AttentionTensor name) { return in_memory(name, keys(), type_); }
  // The same memory, seen as the transpose.
  CudnnTensor of_keys_transposed(AttentionTensor name) {
    return graph.in_memory(std::int64_t(name), type_, swapped(keys()), swapped(packed(keys())));
  }
  CudnnTensor between(CudnnExtents extents, cudnnDataType_t type = fp32) {
    return graph.between(type, extents, packed(extents));
  }
  CudnnTensor scalar(AttentionTensor name, cudnnDataType_t type = fp32) {
    return graph.scalar(std::int64_t(name), type);
  }

  // Scores with minus infinity where a query does not see a key: query i sees keys j <= i + keys - queries.
  CudnnTensor masked(CudnnTensor raw) {
    if (!shape_.causal) return raw;
    constexpr auto whole = CUDNN_DATA_INT32;
    auto row = graph.index(raw, 2, between(scores(), whole));
    auto const column = graph.index(raw, 3, between(scores(), whole));
    if (shape_.key_length != shape_.query_length) {
      row = graph.pointwise(CUDNN_POINTWISE_ADD, {row, scalar(AttentionTensor::key_length, whole)},
                            between(scores(), whole), whole);
      row = graph.pointwise(CUDNN_POINTWISE_SUB, {row, scalar(AttentionTensor::query_length, whole)},
                            between(scores(), whole), whole);
    }
    auto const seen = graph.pointwise(CUDNN_POINTWISE_CMP_GE, {row, column}, between(scores(), CUDNN_DATA_BOOLEAN),
                                      CUDNN_DATA_BOOLEAN);
    return graph.pointwise(CUDNN_POINTWISE_BINARY_SELECT, {raw, scalar(AttentionTensor::minus_infinity), seen},
                           between(scores()));
  }

  // Of scores or weights, in the format of the inputs.
  CudnnTensor transposed_scores(CudnnTensor matrix) {
    return graph.reshaped(matrix, graph.between(type_, swapped(scores()), swapped(packed(scores()))));
  }

  // A gradient of the keys, of all query heads; those that share a head of keys are added up.
  void gradient_of_keys(CudnnTensor transposed, CudnnTensor of_queries, CudnnTensor gradient) {
    if (shape_.query_heads == shape_.kv_heads) {
      graph.product(transposed, of_queries, gradient);
      return;
    }
    CudnnExtents const all_heads{shape_.batch, shape_.query_heads, shape_.key_length, shape_.head_size};
    auto const parts = graph.product(transposed, of_queries, between(all_heads, type_));
    graph.reduced(CUDNN_REDUCE_TENSOR_ADD, parts, gradient);
  }

  static CudnnExtents swapped(CudnnExtents extents) { return {extents[0], extents[1], extents[3], extents[2]}; }

 private:
  AttentionShape shape_;
  cudnnDataType_t type_;
};

}  // namespace

CudnnGraph attention_forward_graph(AttentionShape shape, cudnnDataType_t type) {
  Builder b(shape, type);
  auto& graph = b.graph;
  auto scores =
      graph.product(b.of_queries(AttentionTensor::q), b.of_keys_transposed(AttentionTensor::k), b.between(b.scores()));
  scores = graph.pointwise(CUDNN_POINTWISE_MUL, {scores, b.scalar(AttentionTensor::scale)}, b.between(b.scores()));
  scores = b.masked(scores);
  auto const largest = graph.reduced(CUDNN_REDUCE_TENSOR_MAX, scores, b.between(b.rows()));
  auto const below = graph.pointwise(CUDNN_POINTWISE_SUB, {scores, largest}, b.between(b.scores()));
  auto const powers = graph.pointwise(CUDNN_POINTWISE_EXP, {below}, b.between(b.scores()));
  auto const sums = graph.reduced(CUDNN_REDUCE_TENSOR_ADD, powers, b.between(b.rows()));
  auto const logs = graph.pointwise(CUDNN_POINTWISE_LOG, {sums}, b.between(b.rows()));
  graph.pointwise(CUDNN_POINTWISE_ADD, {largest, logs}, b.in_memory(AttentionTensor::log_sum_exp, b.rows(), fp32));
  auto const weights = graph.pointwise(CUDNN_POINTWISE_DIV, {powers, sums}, b.between(b.scores(), type));
  graph.product(weights, b.of_keys(AttentionTensor::v), b.of_queries(AttentionTensor::out));
  return std::move(b.graph);
}

CudnnGraph attention_backward_graph(AttentionShape shape, cudnnDataType_t type) {
  Builder b(shape, type);
  auto& graph = b.graph;
  auto const q = b.of_queries(AttentionTensor::q);
  auto const d_out = b.of_queries(AttentionTensor::d_out);
  auto const k_transposed = b.of_keys_transposed(AttentionTensor::k);
  auto const scale = b.scalar(AttentionTensor::scale);

  auto delta =
      graph.pointwise(CUDNN_POINTWISE_MUL, {d_out, b.of_queries(AttentionTensor::out)}, b.between(b.queries()));
  delta = graph.reduced(CUDNN_REDUCE_TENSOR_ADD, delta, b.between(b.rows()));
  // The inverse of dropout's scale stands here in the pattern that cuDNN knows.
  delta = graph.pointwise(CUDNN_POINTWISE_MUL, {delta, b.scalar(AttentionTensor::one)},
                          b.in_memory(AttentionTensor::delta, b.rows(), fp32));

  auto scores = graph.product(q, k_transposed, b.between(b.scores()));
  scores = graph.pointwise(CUDNN_POINTWISE_MUL, {scores, scale}, b.between(b.scores()));
  scores = graph.pointwise(CUDNN_POINTWISE_SUB, {scores, b.in_memory(AttentionTensor::log_sum_exp, b.rows(), fp32)},
                           b.between(b.scores()));
  auto const weights = graph.pointwise(CUDNN_POINTWISE_EXP, {b.masked(scores)}, b.between(b.scores()));
  b.gradient_of_keys(b.transposed_scores(weights), d_out, b.of_keys(AttentionTensor::d_v));

  auto gradient = graph.product(d_out, b.of_keys_transposed(AttentionTensor::v), b.between(b.scores()));
  gradient = graph.pointwise(CUDNN_POINTWISE_SUB, {gradient, delta}, b.between(b.scores()));
  gradient = graph.pointwise(CUDNN_POINTWISE_MUL, {gradient, weights}, b.between(b.scores()));
  gradient = graph.pointwise(CUDNN_POINTWISE_MUL, {gradient, scale}, b.between(b.scores(), type));
  b.gradient_of_keys(b.transposed_scores(gradient), q, b.of_keys(AttentionTensor::d_k));

  auto const k = graph.reshaped(k_transposed, graph.between(type, b.keys(), packed(b.keys())));
  auto const sums = graph.product(gradient, k, b.in_memory(AttentionTensor::d_q_sums, b.queries(), fp32));
  graph.pointwise(CUDNN_POINTWISE_IDENTITY, {sums}, b.of_queries(AttentionTensor::d_q));
  return std::move(b.graph);
}

AttentionNumbers::AttentionNumbers(AttentionShape shape)
    : scale(float(1 / std::sqrt(double(shape.head_size)))),
      query_length(std::int32_t(shape.query_length)),
      key_length(std::int32_t(shape.key_length)) {}

}  // namespace hpcadvise::kernels

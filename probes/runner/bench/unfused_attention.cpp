// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/bench/unfused_attention.hpp"

#include "kernels/gemm.hpp"
#include "probes/runner/bench/softmax_rows.hpp"

#if HPCADVISE_HAVE_BLAS
#include <cblas.h>
#endif

#include <cmath>
#include <cstdint>

namespace hpcadvise::probes::runner {
namespace {

using kernels::AttentionShape;
using kernels::Heads;
using kernels::Transpose;
using Host = Kokkos::DefaultHostExecutionSpace;
using HeadsPolicy = Kokkos::RangePolicy<Host, Kokkos::Schedule<Kokkos::Dynamic>, Kokkos::IndexType<std::int64_t>>;

std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }

VisibleColumns visible_columns(AttentionShape shape) {
  return shape.causal ? VisibleColumns{size(shape.key_length - shape.query_length + 1), 1}
                      : VisibleColumns{size(shape.key_length), 0};
}

float score_scale(AttentionShape shape) { return 1.0F / std::sqrt(static_cast<float>(shape.head_size)); }

// c[m][n] = op(a) op(b) + beta c, row-major and contiguous; k is what is summed over.
#if HPCADVISE_HAVE_BLAS
void sgemm(Transpose a_op, Transpose b_op, std::int64_t m, std::int64_t n, std::int64_t k, float const* a,
           float const* b, float beta, float* c) {
  bool const a_plain = a_op == Transpose::no;
  bool const b_plain = b_op == Transpose::no;
  cblas_sgemm(CblasRowMajor, a_plain ? CblasNoTrans : CblasTrans, b_plain ? CblasNoTrans : CblasTrans,
              static_cast<int>(m), static_cast<int>(n), static_cast<int>(k), 1.0F, a, static_cast<int>(a_plain ? k : m),
              b, static_cast<int>(b_plain ? n : k), beta, c, static_cast<int>(n));
}
#else
void sgemm(Transpose, Transpose, std::int64_t, std::int64_t, std::int64_t, float const*, float const*, float, float*) {
  Kokkos::abort("hpcadvise: unfused attention called in a build without a BLAS");
}
#endif

}  // namespace

Heads<float> make_attention_weights(AttentionShape shape) {
  return Heads<float>("attention weights", size(shape.batch), size(shape.query_heads), size(shape.query_length),
                      size(shape.key_length));
}

void unfused_attention_forward(Host const& space, AttentionShape shape, Heads<float const> q, Heads<float const> k,
                               Heads<float const> v, Heads<float> weights, Heads<float> out) {
  std::int64_t const group = shape.query_heads / shape.kv_heads;
  Kokkos::parallel_for("hpcadvise::unfused_attention_forward", HeadsPolicy(space, 0, shape.batch * shape.query_heads),
                       [=](std::int64_t task) {
                         std::int64_t const b = task / shape.query_heads;
                         std::int64_t const h = task % shape.query_heads;
                         float* const p = &weights(b, h, 0, 0);
                         sgemm(Transpose::no, Transpose::yes, shape.query_length, shape.key_length, shape.head_size,
                               &q(b, h, 0, 0), &k(b, h / group, 0, 0), 0, p);
                         softmax_rows(p, size(shape.query_length), size(shape.key_length), visible_columns(shape),
                                      score_scale(shape));
                         sgemm(Transpose::no, Transpose::no, shape.query_length, shape.head_size, shape.key_length, p,
                               &v(b, h / group, 0, 0), 0, &out(b, h, 0, 0));
                       });
}

void unfused_attention_backward(Host const& space, AttentionShape shape, Heads<float const> q, Heads<float const> k,
                                Heads<float const> v, Heads<float const> weights, Heads<float const> d_out,
                                Heads<float> d_weights, Heads<float> d_q, Heads<float> d_k, Heads<float> d_v) {
  std::int64_t const group = shape.query_heads / shape.kv_heads;
  Kokkos::parallel_for("hpcadvise::unfused_attention_backward", HeadsPolicy(space, 0, shape.batch * shape.kv_heads),
                       [=](std::int64_t task) {
                         std::int64_t const b = task / shape.kv_heads;
                         std::int64_t const kv = task % shape.kv_heads;
                         for (std::int64_t h = kv * group; h < (kv + 1) * group; ++h) {
                           float const beta = h == kv * group ? 0.0F : 1.0F;
                           float const* const p = &weights(b, h, 0, 0);
                           float* const ds = &d_weights(b, h, 0, 0);
                           sgemm(Transpose::yes, Transpose::no, shape.key_length, shape.head_size, shape.query_length,
                                 p, &d_out(b, h, 0, 0), beta, &d_v(b, kv, 0, 0));
                           sgemm(Transpose::no, Transpose::yes, shape.query_length, shape.key_length, shape.head_size,
                                 &d_out(b, h, 0, 0), &v(b, kv, 0, 0), 0, ds);
                           softmax_gradient_rows(p, ds, size(shape.query_length), size(shape.key_length),
                                                 visible_columns(shape), score_scale(shape));
                           sgemm(Transpose::no, Transpose::no, shape.query_length, shape.head_size, shape.key_length,
                                 ds, &k(b, kv, 0, 0), 0, &d_q(b, h, 0, 0));
                           sgemm(Transpose::yes, Transpose::no, shape.key_length, shape.head_size, shape.query_length,
                                 ds, &q(b, h, 0, 0), beta, &d_k(b, kv, 0, 0));
                         }
                       });
}

}  // namespace hpcadvise::probes::runner

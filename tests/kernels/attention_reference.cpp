// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/attention_reference.hpp"

#include <algorithm>
#include <limits>
#include <random>

namespace hpcadvise::kernels::test {
namespace {

std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }

Heads<float> make_heads(AttentionShape shape, std::int64_t heads, std::int64_t length) {
  Heads<float> const view("heads", size(shape.batch), size(heads), size(length), size(shape.head_size));
  Kokkos::deep_copy(view, std::numeric_limits<float>::quiet_NaN());
  return view;
}

// One row's probabilities; `log_sum_exp` as in the kernel's interface.
struct Row {
  std::vector<double> p;
  double log_sum_exp;
};

Row softmax_row(AttentionShape shape, AttentionViews const& a, std::int64_t b, std::int64_t h, std::int64_t i) {
  std::int64_t const kv = h / (shape.query_heads / shape.kv_heads);
  std::int64_t const keys = shape.causal ? i + 1 + shape.key_length - shape.query_length : shape.key_length;
  Row row{std::vector<double>(size(keys)), 0};
  for (std::int64_t j = 0; j < keys; ++j) {
    double score = 0;
    for (std::int64_t c = 0; c < shape.head_size; ++c) score += double(a.q(b, h, i, c)) * double(a.k(b, kv, j, c));
    row.p[size(j)] = score / std::sqrt(double(shape.head_size));
  }
  double const maximum = *std::max_element(row.p.begin(), row.p.end());
  double sum = 0;
  for (double& p : row.p) sum += p = std::exp(p - maximum);
  for (double& p : row.p) p /= sum;
  row.log_sum_exp = maximum + std::log(sum);
  return row;
}

}  // namespace

AttentionViews make_attention(AttentionShape shape, float scale, unsigned seed) {
  AttentionViews a;
  for (auto* view : {&a.q, &a.out, &a.d_out, &a.d_q}) *view = make_heads(shape, shape.query_heads, shape.query_length);
  for (auto* view : {&a.k, &a.v, &a.d_k, &a.d_v}) *view = make_heads(shape, shape.kv_heads, shape.key_length);
  a.log_sum_exp =
      RowStatistic<float>("statistic", size(shape.batch), size(shape.query_heads), size(shape.query_length));
  Kokkos::deep_copy(a.log_sum_exp, std::numeric_limits<float>::quiet_NaN());
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  for (auto const* view : {&a.q, &a.k, &a.v, &a.d_out})
    std::generate_n(view->data(), view->size(), [&] { return scale * normal(random); });
  return a;
}

void run_forward(AttentionShape shape, AttentionViews const& a) {
  Kokkos::DefaultHostExecutionSpace const space;
  attention_forward(space, shape, a.q, a.k, a.v, a.out, a.log_sum_exp);
  space.fence();
}

void run_backward(AttentionShape shape, AttentionViews const& a) {
  Kokkos::DefaultHostExecutionSpace const space;
  attention_backward(space, shape, a.q, a.k, a.v, a.out, a.log_sum_exp, a.d_out, a.d_q, a.d_k, a.d_v);
  space.fence();
}

AttentionReference attention_reference(AttentionShape shape, AttentionViews const& a) {
  AttentionReference r{std::vector<double>(a.out.size()), std::vector<double>(a.log_sum_exp.size()),
                       std::vector<double>(a.q.size()), std::vector<double>(a.k.size()),
                       std::vector<double>(a.v.size())};
  double const scale = 1 / std::sqrt(double(shape.head_size));
  for (std::int64_t b = 0; b < shape.batch; ++b)
    for (std::int64_t h = 0; h < shape.query_heads; ++h)
      for (std::int64_t i = 0; i < shape.query_length; ++i) {
        Row const row = softmax_row(shape, a, b, h, i);
        std::size_t const row_index = size((b * shape.query_heads + h) * shape.query_length + i);
        std::size_t const kv_head = size(b * shape.kv_heads + h / (shape.query_heads / shape.kv_heads));
        std::size_t const d = size(shape.head_size);
        float const* const q = a.q.data() + row_index * d;
        float const* const d_out = a.d_out.data() + row_index * d;
        r.log_sum_exp[row_index] = row.log_sum_exp;
        std::vector<double> d_p(row.p.size());
        double delta = 0;
        for (std::size_t j = 0; j < row.p.size(); ++j) {
          std::size_t const at = (kv_head * size(shape.key_length) + j) * d;
          for (std::size_t c = 0; c < d; ++c) {
            r.out[row_index * d + c] += row.p[j] * double(a.v.data()[at + c]);
            r.d_v[at + c] += row.p[j] * double(d_out[c]);
            d_p[j] += double(d_out[c]) * double(a.v.data()[at + c]);
          }
          delta += row.p[j] * d_p[j];
        }
        for (std::size_t j = 0; j < row.p.size(); ++j) {
          std::size_t const at = (kv_head * size(shape.key_length) + j) * d;
          double const d_score = scale * row.p[j] * (d_p[j] - delta);
          for (std::size_t c = 0; c < d; ++c) {
            r.d_q[row_index * d + c] += d_score * double(a.k.data()[at + c]);
            r.d_k[at + c] += d_score * double(q[c]);
          }
        }
      }
  return r;
}

std::string describe(AttentionShape s) {
  return "batch " + std::to_string(s.batch) + ", heads " + std::to_string(s.query_heads) + "/" +
         std::to_string(s.kv_heads) + ", lengths " + std::to_string(s.query_length) + "/" +
         std::to_string(s.key_length) + ", head size " + std::to_string(s.head_size) +
         (s.causal ? ", causal" : ", full");
}

}  // namespace hpcadvise::kernels::test

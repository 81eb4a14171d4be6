// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/attention_check.hpp"
#include "probes/runner/inputs.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <limits>
#include <vector>

using namespace hpcadvise;
using kernels::AttentionShape;
using probes::runner::AttentionTensors;

namespace {

Kokkos::DefaultHostExecutionSpace const space;

kernels::Heads<float> heads(std::int64_t batch, std::int64_t head_count, std::int64_t length, std::int64_t size,
                            std::uint64_t seed) {
  kernels::Heads<float> tensor("tensor", std::size_t(batch), std::size_t(head_count), std::size_t(length),
                               std::size_t(size));
  for (std::size_t i = 0; i < tensor.span(); ++i) tensor.data()[i] = float(probes::runner::random_value(seed, i));
  return tensor;
}

// The textbook, in float and by loops over everything: what the check should accept.
AttentionTensors solved(AttentionShape s) {
  AttentionTensors t{.q = heads(s.batch, s.query_heads, s.query_length, s.head_size, 1),
                     .k = heads(s.batch, s.kv_heads, s.key_length, s.head_size, 2),
                     .v = heads(s.batch, s.kv_heads, s.key_length, s.head_size, 3),
                     .out = heads(s.batch, s.query_heads, s.query_length, s.head_size, 5),
                     .log_sum_exp = kernels::RowStatistic<float>(
                         "lse", std::size_t(s.batch), std::size_t(s.query_heads), std::size_t(s.query_length)),
                     .d_out = heads(s.batch, s.query_heads, s.query_length, s.head_size, 4),
                     .d_q = heads(s.batch, s.query_heads, s.query_length, s.head_size, 6),
                     .d_k = heads(s.batch, s.kv_heads, s.key_length, s.head_size, 7),
                     .d_v = heads(s.batch, s.kv_heads, s.key_length, s.head_size, 8)};
  Kokkos::deep_copy(t.d_q, 0);
  Kokkos::deep_copy(t.d_k, 0);
  Kokkos::deep_copy(t.d_v, 0);
  float const scale = 1 / std::sqrt(float(s.head_size));
  auto const d = std::size_t(s.head_size);
  for (std::size_t b = 0; b < std::size_t(s.batch); ++b)
    for (std::size_t h = 0; h < std::size_t(s.query_heads); ++h) {
      std::size_t const g = h / std::size_t(s.query_heads / s.kv_heads);
      for (std::size_t i = 0; i < std::size_t(s.query_length); ++i) {
        auto const visible = std::size_t(s.causal ? std::int64_t(i) + s.key_length - s.query_length + 1 : s.key_length);
        std::vector<float> p(visible);
        float sum = 0;
        for (std::size_t j = 0; j < visible; ++j) {
          float score = 0;
          for (std::size_t e = 0; e < d; ++e) score += t.q(b, h, i, e) * t.k(b, g, j, e);
          sum += p[j] = std::exp(scale * score);
        }
        t.log_sum_exp(b, h, i) = std::log(sum);
        for (float& weight : p) weight /= sum;
        float mean = 0;
        std::vector<float> dp(visible);
        for (std::size_t e = 0; e < d; ++e) {
          float out = 0;
          for (std::size_t j = 0; j < visible; ++j) out += p[j] * t.v(b, g, j, e);
          t.out(b, h, i, e) = out;
        }
        for (std::size_t j = 0; j < visible; ++j) {
          for (std::size_t e = 0; e < d; ++e) dp[j] += t.d_out(b, h, i, e) * t.v(b, g, j, e);
          mean += p[j] * dp[j];
        }
        for (std::size_t j = 0; j < visible; ++j)
          for (std::size_t e = 0; e < d; ++e) {
            float const ds = scale * p[j] * (dp[j] - mean);
            t.d_q(b, h, i, e) += ds * t.k(b, g, j, e);
            t.d_k(b, g, j, e) += ds * t.q(b, h, i, e);
            t.d_v(b, g, j, e) += p[j] * t.d_out(b, h, i, e);
          }
      }
    }
  return t;
}

constexpr AttentionShape full{2, 2, 2, 9, 9, 8, false};
constexpr AttentionShape causal{1, 3, 3, 17, 17, 16, true};
constexpr AttentionShape grouped{2, 6, 2, 10, 14, 8, true};  // more keys than queries, three heads a key head

}  // namespace

TEST_CASE("Attention worked out by the textbook passes, forward and backward", "[runner][attention]") {
  for (AttentionShape shape : {full, causal, grouped}) {
    auto const tensors = solved(shape);
    double const forward = attention_forward_error(space, shape, tensors);
    double const backward = attention_backward_error(space, shape, tensors);
    CHECK(forward > 0);
    CHECK(forward < probes::runner::attention_forward_bound(shape));
    CHECK(backward > 0);
    CHECK(backward < probes::runner::attention_backward_bound(shape));
  }
}

TEST_CASE("A wrong value in any answer of attention is seen", "[runner][attention]") {
  auto const tensors = solved(grouped);
  tensors.log_sum_exp(1, 5, 9) += 0.01f;
  CHECK(attention_forward_error(space, grouped, tensors) > 1e-4);
  tensors.log_sum_exp(1, 5, 9) -= 0.01f;
  for (auto const& answer : {tensors.d_q, tensors.d_k, tensors.d_v}) {
    answer(1, 1, 3, 2) += 0.1f;
    CHECK(attention_backward_error(space, grouped, tensors) > 1e-3);
    answer(1, 1, 3, 2) -= 0.1f;
  }
  tensors.out(0, 0, 0, 0) += 0.1f;
  CHECK(attention_forward_error(space, grouped, tensors) > 1e-3);
}

TEST_CASE("An answer of attention that was never written makes the error no number", "[runner][attention]") {
  auto const tensors = solved(full);
  float const nan = std::numeric_limits<float>::quiet_NaN();
  tensors.d_v(1, 1, 8, 7) = nan;
  CHECK(std::isnan(attention_backward_error(space, full, tensors)));
  tensors.out(1, 1, 8, 7) = nan;
  CHECK(std::isnan(attention_forward_error(space, full, tensors)));
}

TEST_CASE("Attention that ignores its mask is wrong", "[runner][attention]") {
  AttentionShape unmasked = causal;
  unmasked.causal = false;
  CHECK(attention_forward_error(space, causal, solved(unmasked)) > 0.1);
}

TEST_CASE("Attention of a query to one key has a gradient of zero that passes", "[runner][attention]") {
  AttentionShape const single{1, 1, 1, 1, 1, 4, true};
  auto const tensors = solved(single);
  CHECK(attention_forward_error(space, single, tensors) <= probes::runner::attention_forward_bound(single));
}

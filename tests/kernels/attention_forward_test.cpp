// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/attention_reference.hpp"
#include "tests/kernels/simd_target.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <cmath>
#include <limits>

using namespace hpcadvise::kernels;
using namespace hpcadvise::kernels::test;
using Catch::Matchers::WithinAbs;

namespace {

constexpr AttentionShape square{.batch = 1,
                                .query_heads = 2,
                                .kv_heads = 1,
                                .query_length = 150,
                                .key_length = 150,
                                .head_size = 40,
                                .causal = true};

}  // namespace

TEST_CASE("Attention's work counts only the pairs that the mask lets see each other", "[kernels][attention]") {
  AttentionShape shape{
      .batch = 2, .query_heads = 3, .kv_heads = 1, .query_length = 4, .key_length = 6, .head_size = 5, .causal = false};
  CHECK(attention_pairs(shape) == 24);
  CHECK(attention_forward_flops(shape) == 4 * 5 * 24 * 6);
  CHECK(attention_backward_flops(shape) == 10 * 5 * 24 * 6);
  // q and out 2 * 3 * 4 rows, k and v 2 * 1 * 6 rows, of 5 elements
  CHECK(attention_forward_bytes(shape, 4) == (2 * 24 + 2 * 12) * 5 * 4);
  CHECK(attention_backward_bytes(shape, 2) == (4 * 24 + 4 * 12) * 5 * 2);
  shape.causal = true;  // the four queries see 3, 4, 5 and 6 keys
  CHECK(attention_pairs(shape) == 18);
}

TEST_CASE("Fused attention agrees with the formula in double precision", "[kernels][attention]") {
  for (AttentionShape const shape : attention_shapes) {
    CAPTURE(describe(shape));
    AttentionViews const a = make_attention(shape);
    run_forward(shape, a);
    AttentionReference const expected = attention_reference(shape, a);
    CHECK(relative_error(a.out, expected.out) < error_bound(shape));
    CHECK(relative_error(a.log_sum_exp, expected.log_sum_exp) < error_bound(shape));
  }
}

TEST_CASE("Every SIMD target of this machine gives attention forward and backward", "[kernels][attention]") {
  for (AttentionShape const shape : attention_shapes) {
    CAPTURE(describe(shape));
    AttentionReference const expected = attention_reference(shape, make_attention(shape));
    for (std::int64_t const id : simd_targets()) {
      SimdTarget const target(id);
      CAPTURE(target.name());
      AttentionViews const a = make_attention(shape);
      run_forward(shape, a);
      run_backward(shape, a);
      CHECK(relative_error(a.out, expected.out) < error_bound(shape));
      CHECK(relative_error(a.d_v, expected.d_v) < error_bound(shape));
      if (shape.key_length == 1) continue;  // one weight, always 1: the exact gradient of Q and K is 0
      CHECK(relative_error(a.d_q, expected.d_q) < error_bound(shape));
      CHECK(relative_error(a.d_k, expected.d_k) < error_bound(shape));
    }
  }
}

TEST_CASE("Rows of the softmax sum to one: values of one come out as one", "[kernels][attention]") {
  AttentionViews const a = make_attention(square);
  Kokkos::deep_copy(a.v, 1.0F);
  run_forward(square, a);
  for (std::size_t i = 0; i < a.out.size(); ++i) REQUIRE_THAT(a.out.data()[i], WithinAbs(1.0F, 2e-6F));
}

TEST_CASE("A causal mask equals full attention over the keys that each query sees", "[kernels][attention]") {
  AttentionViews const a = make_attention(square);
  run_forward(square, a);
  for (std::int64_t const length : {1, 48, 97, 150}) {
    // The last of `length` queries with `length` keys, not causal.
    AttentionShape shape = square;
    shape.query_length = 1;
    shape.key_length = length;
    shape.causal = false;
    AttentionViews const b = make_attention(shape);
    for (std::int64_t c = 0; c < shape.head_size; ++c) {
      for (std::int64_t h = 0; h < shape.query_heads; ++h) b.q(0, h, 0, c) = a.q(0, h, length - 1, c);
      for (std::int64_t j = 0; j < length; ++j) {
        b.k(0, 0, j, c) = a.k(0, 0, j, c);
        b.v(0, 0, j, c) = a.v(0, 0, j, c);
      }
    }
    run_forward(shape, b);
    for (std::int64_t h = 0; h < shape.query_heads; ++h)
      for (std::int64_t c = 0; c < shape.head_size; ++c)
        REQUIRE_THAT(a.out(0, h, length - 1, c), WithinAbs(b.out(0, h, 0, c), 2e-6F));
  }
}

TEST_CASE("Grouped queries equal a K and V head for each query head", "[kernels][attention]") {
  AttentionViews const a = make_attention(square);
  run_forward(square, a);
  AttentionShape shape = square;
  shape.kv_heads = shape.query_heads;
  AttentionViews const b = make_attention(shape);
  Kokkos::deep_copy(b.q, a.q);
  for (std::size_t head = 0; head < 2; ++head) {
    auto const copy = [head](Heads<float> const& to, Heads<float> const& from) {
      Kokkos::deep_copy(Kokkos::subview(to, 0, head, Kokkos::ALL, Kokkos::ALL),
                        Kokkos::subview(from, 0, 0, Kokkos::ALL, Kokkos::ALL));
    };
    copy(b.k, a.k);
    copy(b.v, a.v);
  }
  run_forward(shape, b);
  CHECK(same_bytes(a.out, b.out));
}

TEST_CASE("The same vector added to every key changes no output", "[kernels][attention]") {
  AttentionViews const a = make_attention(square);
  run_forward(square, a);
  AttentionReference const before = attention_reference(square, a);
  for (std::int64_t j = 0; j < square.key_length; ++j)
    for (std::int64_t c = 0; c < square.head_size; ++c) a.k(0, 0, j, c) += 0.25F * static_cast<float>(c % 5);
  run_forward(square, a);
  CHECK(relative_error(a.out, before.out) < 2e-6);
}

TEST_CASE("Scores of +-10,000 neither overflow nor lose the row sum", "[kernels][attention]") {
  AttentionViews const a = make_attention(square, 100.0F);  // q . k / sqrt(d) is near 100 * 100
  Kokkos::deep_copy(a.v, 1.0F);
  run_forward(square, a);
  AttentionReference const expected = attention_reference(square, a);
  CHECK(relative_error(a.log_sum_exp, expected.log_sum_exp) < 1e-6);
  for (std::size_t i = 0; i < a.out.size(); ++i) REQUIRE_THAT(a.out.data()[i], WithinAbs(1.0F, 2e-6F));
}

TEST_CASE("A NaN in a query stays in that query's output", "[kernels][attention]") {
  AttentionViews const a = make_attention(square);
  a.q(0, 0, 100, 3) = std::numeric_limits<float>::quiet_NaN();
  run_forward(square, a);
  CHECK(std::isnan(a.out(0, 0, 100, 0)));
  CHECK(std::isfinite(a.out(0, 0, 99, 0)));
  CHECK(std::isfinite(a.out(0, 1, 100, 0)));
}

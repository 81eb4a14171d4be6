// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/attention_reference.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>

using namespace hpcadvise::kernels;
using namespace hpcadvise::kernels::test;
using Catch::Matchers::WithinAbs;

namespace {

// The scalar function whose gradient backward computes: sum of out * d_out.
double objective(AttentionShape shape, AttentionViews const& a) {
  std::vector<double> const out = attention_reference(shape, a).out;
  double sum = 0;
  for (std::size_t i = 0; i < out.size(); ++i) sum += out[i] * double(a.d_out.data()[i]);
  return sum;
}

void check_against_finite_differences(AttentionShape shape, AttentionViews const& a, Heads<float> const& input,
                                      Heads<float> const& gradient) {
  for (std::size_t i = 0; i < input.size(); ++i) {
    float& x = input.data()[i];
    float const before = x;
    float const step = 1.0F / 1024;  // the sum is rounded to float, so divide by the step that was really made
    x = before + step;
    double const up_x = double(x);
    double const up = objective(shape, a);
    x = before - step;
    double const down_x = double(x);
    double const down = objective(shape, a);
    x = before;
    REQUIRE_THAT(double(gradient.data()[i]), WithinAbs((up - down) / (up_x - down_x), 2e-5));
  }
}

// FNV-1a over everything that attention writes.
std::uint64_t digest(AttentionShape shape) {
  AttentionViews const a = make_attention(shape);
  run_forward(shape, a);
  run_backward(shape, a);
  std::uint64_t hash = 14695981039346656037U;
  for (auto const* view : {&a.out, &a.d_q, &a.d_k, &a.d_v}) {
    auto const* const bytes = reinterpret_cast<unsigned char const*>(view->data());
    for (std::size_t i = 0; i < view->size() * sizeof(float); ++i) hash = (hash ^ bytes[i]) * 1099511628211U;
  }
  return hash;
}

std::string output_of(std::string const& command) {
  std::string text;
  std::FILE* const pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 256> buffer{};
  while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), pipe) != nullptr) text += buffer.data();
  REQUIRE(pclose(pipe) == 0);
  std::size_t const begin = text.find("digest ");  // other lines are Catch2's
  REQUIRE(begin != std::string::npos);
  return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

TEST_CASE("Attention's gradients agree with the formulas in double precision", "[kernels][attention]") {
  for (AttentionShape const shape : attention_shapes) {
    CAPTURE(describe(shape));
    AttentionViews const a = make_attention(shape);
    run_forward(shape, a);
    run_backward(shape, a);
    AttentionReference const expected = attention_reference(shape, a);
    CHECK(relative_error(a.d_v, expected.d_v) < error_bound(shape));
    if (shape.key_length == 1) continue;  // one weight, always 1: the exact gradient of Q and K is 0
    CHECK(relative_error(a.d_q, expected.d_q) < error_bound(shape));
    CHECK(relative_error(a.d_k, expected.d_k) < error_bound(shape));
  }
}

TEST_CASE("Attention's gradients agree with finite differences", "[kernels][attention]") {
  AttentionShape const shape{
      .batch = 1, .query_heads = 2, .kv_heads = 1, .query_length = 3, .key_length = 5, .head_size = 4, .causal = true};
  AttentionViews const a = make_attention(shape);
  run_forward(shape, a);
  run_backward(shape, a);
  check_against_finite_differences(shape, a, a.q, a.d_q);
  check_against_finite_differences(shape, a, a.k, a.d_k);
  check_against_finite_differences(shape, a, a.v, a.d_v);
}

TEST_CASE("A group's K and V gradients are the sum over its query heads", "[kernels][attention]") {
  AttentionShape const grouped{.batch = 1,
                               .query_heads = 2,
                               .kv_heads = 1,
                               .query_length = 100,
                               .key_length = 100,
                               .head_size = 24,
                               .causal = true};
  AttentionViews const a = make_attention(grouped);
  AttentionShape apart = grouped;
  apart.kv_heads = 2;
  AttentionViews const b = make_attention(apart);
  Kokkos::deep_copy(b.q, a.q);
  Kokkos::deep_copy(b.d_out, a.d_out);
  std::size_t const n = a.k.size();
  for (std::size_t i = 0; i < 2 * n; ++i) {
    b.k.data()[i] = a.k.data()[i % n];
    b.v.data()[i] = a.v.data()[i % n];
  }
  for (auto const& [shape, views] : {std::pair{grouped, a}, std::pair{apart, b}}) {
    run_forward(shape, views);
    run_backward(shape, views);
  }
  CHECK(same_bytes(a.d_q, b.d_q));
  for (std::size_t i = 0; i < n; ++i) {
    REQUIRE_THAT(a.d_k.data()[i], WithinAbs(b.d_k.data()[i] + b.d_k.data()[i + n], 1e-5));
    REQUIRE_THAT(a.d_v.data()[i], WithinAbs(b.d_v.data()[i] + b.d_v.data()[i + n], 1e-5));
  }
}

TEST_CASE("Huge scores leave finite gradients", "[kernels][attention]") {
  AttentionShape const shape{.batch = 1,
                             .query_heads = 1,
                             .kv_heads = 1,
                             .query_length = 60,
                             .key_length = 60,
                             .head_size = 16,
                             .causal = false};
  AttentionViews const a = make_attention(shape, 100.0F);
  run_forward(shape, a);
  run_backward(shape, a);
  for (auto const* view : {&a.d_q, &a.d_k, &a.d_v})
    for (std::size_t i = 0; i < view->size(); ++i) REQUIRE(std::isfinite(view->data()[i]));
}

// Run by the test below, in processes of its own.
TEST_CASE("digest of attention", "[.][attention-digest]") {
  std::uint64_t total = 0;
  for (AttentionShape const shape : attention_shapes) total = total * 31 + digest(shape);
  std::cout << "digest " << total << '\n';
}

TEST_CASE("Attention's bytes do not depend on the number of threads", "[kernels][attention]") {
  std::string const self = std::filesystem::read_symlink("/proc/self/exe");
  std::string const rest = " OMP_PROC_BIND=false '" + self + "' '[attention-digest]' 2>/dev/null";
  std::string const one = output_of("OMP_NUM_THREADS=1" + rest);
  CHECK(one == output_of("OMP_NUM_THREADS=2" + rest));
  CHECK(one == output_of("OMP_NUM_THREADS=3" + rest));
}

// SPDX-License-Identifier: Apache-2.0
#include "advisor/constants.hpp"
#include "advisor/rates.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;
using hpcadvise::profiles::Precision;

namespace {

constexpr AttentionOperator attention{1, 8, 8, 1000, 1000, 128, true};  // 2.048e9 FLOPs forward

double time_s(Machine const& machine, Direction direction, AttentionKernel kernel,
              AttentionOperator const& what = attention) {
  return attention_time(machine, what, direction, Precision::bf16, kernel).time_s;
}

}  // namespace

TEST_CASE("Fused attention needs its causal FLOPs forward and 2.5 times as many backward") {
  auto const machine = round_machine();
  CHECK_THAT(time_s(machine, Direction::forward, AttentionKernel::flash_2), WithinRel(2.048e9 / 1e14));
  CHECK_THAT(time_s(machine, Direction::backward, AttentionKernel::flash_2), WithinRel(2.5 * 2.048e9 / 5e13));
}

TEST_CASE("Fused attention runs at half its rate at the half length") {
  auto machine = round_machine();
  machine.attention.half_length = 1000;
  CHECK_THAT(time_s(machine, Direction::forward, AttentionKernel::flash_2), WithinRel(2 * 2.048e9 / 1e14));
}

TEST_CASE("Unfused attention multiplies the whole square and moves every score through memory") {
  auto const machine = round_machine();
  double const gemm_s = 2 * 2.048e9 / (FittedConstants{}.batched_gemm_factor * 1e14);
  double const forward_s = gemm_s + 8e6 * FittedConstants{}.softmax_factor * constants::softmax_forward_bytes / 1e12;
  double const backward_s =
      2 * gemm_s + 8e6 * FittedConstants{}.softmax_factor * constants::softmax_backward_bytes / 1e12;
  CHECK_THAT(time_s(machine, Direction::forward, AttentionKernel::unfused), WithinRel(forward_s));
  CHECK_THAT(time_s(machine, Direction::backward, AttentionKernel::unfused), WithinRel(backward_s));
}

TEST_CASE("A head size that 8 does not divide costs unfused attention an order of magnitude") {
  auto const machine = round_machine();
  auto misaligned = attention;
  misaligned.head_size = 127;
  CHECK(time_s(machine, Direction::forward, AttentionKernel::unfused, misaligned) >
        5 * time_s(machine, Direction::forward, AttentionKernel::unfused));
}

TEST_CASE("Without a fused rate the unfused form is assumed") {
  auto machine = round_machine();
  machine.attention = {};
  CHECK_FALSE(has_fused_attention(machine, AttentionKernel::flash_2));
  CHECK(time_s(machine, Direction::forward, AttentionKernel::flash_2) ==
        time_s(machine, Direction::forward, AttentionKernel::unfused));
}

TEST_CASE("Measured attention is looked up by head size, length and mask, and no published factor touches it") {
  auto machine = round_machine();
  machine.attention.half_length = 150;
  machine.attention.forward_points = {
      {64, 1000, true, 1e11}, {128, 500, true, 2e11}, {128, 2000, true, 8e11}, {128, 1000, false, 9e11}};
  auto const forward = [&](std::int64_t head_size, std::int64_t length, bool causal) {
    AttentionOperator const what{1, 8, 8, length, length, head_size, causal};
    auto const timed = attention_time(machine, what, Direction::forward, Precision::bf16, AttentionKernel::flash_2);
    return std::pair(attention_forward_flops(what) / timed.time_s, timed.extrapolated);
  };
  CHECK_THAT(forward(64, 1000, true).first, WithinRel(1e11, 1e-9));
  CHECK_THAT(forward(128, 500, true).first, WithinRel(2e11, 1e-9));
  CHECK_THAT(forward(128, 1000, true).first, WithinRel(4e11, 1e-9));  // halfway between 500 and 2000 in the logarithm
  CHECK_THAT(forward(128, 1000, false).first, WithinRel(9e11, 1e-9));
  CHECK_THAT(forward(96, 1000, true).first, WithinRel(4e11, 1e-9));  // 128 is nearer than 64
  for (auto const head_size : {64, 96, 128}) CHECK_FALSE(forward(head_size, 1000, true).second);
}

TEST_CASE("Beyond the head sizes, lengths and masks measured the nearest serves, flagged") {
  auto machine = round_machine();
  machine.attention.forward_points = {{64, 1000, true, 1e11}, {128, 500, true, 2e11}, {128, 2000, true, 8e11}};
  auto const time = [&](AttentionOperator const& what) {
    return attention_time(machine, what, Direction::forward, Precision::bf16, AttentionKernel::flash_2);
  };
  AttentionOperator const longer{1, 8, 8, 4000, 4000, 128, true};
  CHECK(time(longer).extrapolated);
  CHECK_THAT(attention_forward_flops(longer) / time(longer).time_s, WithinRel(8e11, 1e-9));
  CHECK(time({1, 8, 8, 400, 400, 128, true}).extrapolated);
  CHECK(time({1, 8, 8, 1000, 1000, 256, true}).extrapolated);
  CHECK(time({1, 8, 8, 1000, 1000, 128, false}).extrapolated);
  CHECK(time({1, 8, 8, 2000, 2000, 64, true}).extrapolated);
}

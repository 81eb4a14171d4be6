// SPDX-License-Identifier: Apache-2.0
#include "advisor/rates.hpp"
#include "profiles/error.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <cmath>
#include <iterator>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;
using hpcadvise::profiles::Precision;

namespace {

Machine measured_machine() {
  auto machine = round_machine();
  machine.gemm.clear();
  machine.gemm[Precision::fp32].plateau_flops_per_s = 1e11;
  machine.gemm[Precision::fp32].points = {{64, 64, 64, 1e9, 0.01}, {1024, 1024, 1024, 1e11, 0.01}};
  return machine;
}

// cuBLASLt fp16, Azure NDm A100 v4: m, n, k, TFLOP/s.
struct Row {
  GemmShape shape;
  double flops_per_s;
};
constexpr Row a100_rows[] = {{{1024, 1024, 1024}, 119.4e12},    {{2048, 2048, 2048}, 221.8e12},
                             {{4096, 4096, 4096}, 228.0e12},    {{8192, 8192, 8192}, 253.7e12},
                             {{16384, 16384, 16384}, 256.5e12}, {{1024, 2145, 1024}, 132.8e12},
                             {{6144, 12288, 12288}, 250.8e12},  {{802816, 192, 768}, 157.8e12}};

Machine a100() {
  auto machine = round_machine();
  machine.memory_bytes_per_s = 1.70e12;
  machine.multiprocessor_count = 108;
  machine.kernel_launch_s = 4e-6;
  return machine;
}

}  // namespace

TEST_CASE("Tiles fill a device exactly, by half, or in a last wave") {
  CHECK(tile_efficiency({256, 128, 64}, 1) == 1.0);
  // Two processors: one large tile leaves one idle; two of 128 x 128 run at 0.93.
  CHECK_THAT(tile_efficiency({256, 128, 64}, 2), WithinRel(0.93));
  // Three large tiles on two processors: two waves, three quarters full. Twelve small ones fill six waves at 0.75.
  CHECK_THAT(tile_efficiency({768, 128, 64}, 2), WithinRel(0.93));
  CHECK(tile_efficiency({7, 7, 7}, 0) == 1.0);
}

TEST_CASE("Without measured shapes a GEMM takes its FLOPs at the plateau and half its bytes") {
  auto const machine = round_machine();
  double const flops_s = 2e9 / 1e14;
  double const bytes_s = 0.5 * 2 * 3e6 / 1e12;
  CHECK_THAT(gemm_time(machine, {1000, 1000, 1000}, Precision::bf16).time_s, WithinRel(flops_s + bytes_s));
}

TEST_CASE("The eight published A100 shapes come out within 25 % each and 10 % in the mean") {
  auto machine = a100();
  machine.gemm[Precision::fp16].plateau_flops_per_s = 268e12;
  double sum = 0;
  for (auto const& row : a100_rows) {
    double const predicted = row.shape.flops() / gemm_time(machine, row.shape, Precision::fp16).time_s;
    CHECK(std::abs(predicted / row.flops_per_s - 1) < 0.25);
    sum += std::abs(predicted / row.flops_per_s - 1);
  }
  CHECK(sum / std::size(a100_rows) < 0.10);
}

TEST_CASE("A measured shape returns its measured rate") {
  auto const timed = gemm_time(measured_machine(), {1024, 1024, 1024}, Precision::fp32);
  CHECK_THAT(timed.time_s, WithinRel(2.0 * 1024 * 1024 * 1024 / 1e11, 1e-6));
  CHECK_FALSE(timed.extrapolated);
}

TEST_CASE("Between two measured shapes what the model lacks is interpolated, halfway in the logarithm") {
  auto machine = measured_machine();
  machine.memory_bytes_per_s = 1e30;
  machine.kernel_launch_s = 0;
  auto const timed = gemm_time(machine, {256, 256, 256}, Precision::fp32);
  CHECK_THAT(2.0 * 256 * 256 * 256 / timed.time_s, WithinRel(1e10, 1e-6));
}

TEST_CASE("Where the measured shapes follow the model, so does every other") {
  auto machine = a100();
  GemmShape const other{3000, 700, 512};
  double const modelled_s = gemm_time(machine, other, Precision::bf16).time_s;
  auto& rates = machine.gemm.at(Precision::bf16);
  std::vector<GemmPoint> points;
  for (auto const& row : a100_rows) {
    double const time_s = gemm_time(machine, row.shape, Precision::bf16).time_s;
    points.push_back({row.shape.m, row.shape.n, row.shape.k, row.shape.flops() / time_s, 0.01});
  }
  rates.points = points;
  CHECK_THAT(gemm_time(machine, other, Precision::bf16).time_s, WithinRel(modelled_s, 1e-9));
}

TEST_CASE("Each of the eight published A100 shapes is predicted by the seven others within 9 % in the mean") {
  double sum = 0;
  for (auto const& left_out : a100_rows) {
    auto machine = a100();
    auto& rates = machine.gemm[Precision::fp16];
    for (auto const& row : a100_rows) {
      if (row.shape == left_out.shape) continue;
      rates.points.push_back({row.shape.m, row.shape.n, row.shape.k, row.flops_per_s, 0.01});
      rates.plateau_flops_per_s = std::max(rates.plateau_flops_per_s, row.flops_per_s);
    }
    double const predicted = left_out.shape.flops() / gemm_time(machine, left_out.shape, Precision::fp16).time_s;
    UNSCOPED_INFO(left_out.shape.m << " " << predicted / left_out.flops_per_s);
    sum += std::abs(predicted / left_out.flops_per_s - 1);
  }
  // The rates alone, interpolated without the model, miss by 12 %.
  CHECK(sum / std::size(a100_rows) < 0.09);
}

TEST_CASE("Outside the measured box no rate exceeds the best measured one, and the answer says so") {
  auto const timed = gemm_time(measured_machine(), {8192, 8192, 8192}, Precision::fp32);
  CHECK(timed.extrapolated);
  CHECK(2.0 * 8192 * 8192 * 8192 / timed.time_s <= 1e11);
}

TEST_CASE("A format that was not measured takes the nearest that was") {
  auto const machine = measured_machine();
  CHECK_FALSE(has_gemm_rates(machine, Precision::bf16));
  CHECK(&gemm_rates(machine, Precision::bf16) == &machine.gemm.at(Precision::fp32));
  auto empty = machine;
  empty.gemm.clear();
  CHECK_THROWS_AS(gemm_rates(empty, Precision::bf16), hpcadvise::profiles::InfeasibleError);
}

TEST_CASE("Experts in one kernel share its waves and its launch") {
  // One tile of 256 x 128 each: eight fill eight multiprocessors in one wave; one alone is cut in four small ones at
  // best.
  CHECK_THAT(tile_efficiency({256, 128, 4096}, 8), WithinRel(0.75 * 4 / 8));
  CHECK_THAT(tile_efficiency({256, 128, 4096}, 8, 8), WithinRel(1.0));
  auto machine = round_machine();
  machine.kernel_launch_s = 1;
  GemmShape const shape{256, 128, 4096};
  auto const time_s = [&](double groups) { return gemm_time(machine, shape, Precision::bf16, groups).time_s; };
  CHECK_THAT(time_s(8) - 1, WithinRel(8 * (time_s(1) - 1), 1e-6));
}

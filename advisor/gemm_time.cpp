// SPDX-License-Identifier: Apache-2.0
#include "advisor/constants.hpp"
#include "advisor/rates.hpp"
#include "profiles/error.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace hpcadvise::advisor {
namespace {

using profiles::Precision;

// What stands for a format that was not measured, nearest first.
constexpr std::array<Precision, 6> substitutes(Precision precision) {
  using enum Precision;
  switch (precision) {
    case fp8: return {fp8, bf16, fp16, fp32, fp64, tf32};
    case bf16: return {bf16, fp16, fp32, fp64, tf32, fp8};
    case fp16: return {fp16, bf16, fp32, fp64, tf32, fp8};
    case tf32: return {tf32, fp32, fp64, bf16, fp16, fp8};
    case fp32: return {fp32, fp64, tf32, bf16, fp16, fp8};
    case fp64: return {fp64, fp32, tf32, bf16, fp16, fp8};
  }
  return {fp64, fp32, tf32, bf16, fp16, fp8};
}

struct Tile {
  double m;
  double n;
  double efficiency;  // small tiles reuse less of what they load
};
// Reproduces eight published A100 shapes to 7 % in the mean (docs/cost_model.md, GEMM).
constexpr std::array tiles{Tile{256, 128, 1.0}, Tile{128, 256, 1.0}, Tile{128, 128, 0.93}, Tile{64, 128, 0.75}};

struct LogShape {
  double m, n, k;
};
LogShape log_shape(double m, double n, double k) { return {std::log(m), std::log(n), std::log(k)}; }

}  // namespace

bool has_gemm_rates(Machine const& machine, Precision precision) { return machine.gemm.contains(precision); }

GemmRates const& gemm_rates(Machine const& machine, Precision precision) {
  for (Precision const substitute : substitutes(precision)) {
    if (auto const found = machine.gemm.find(substitute); found != machine.gemm.end()) return found->second;
  }
  throw profiles::InfeasibleError("machine '" + machine.name + "': no rate of matrix multiplication is known",
                                  "measure one with hpcadvise probe --only gemm, or name another machine");
}

double tile_efficiency(GemmShape shape, std::int64_t multiprocessor_count, double groups) {
  if (multiprocessor_count <= 0) return 1;
  auto const m = static_cast<double>(shape.m);
  auto const n = static_cast<double>(shape.n);
  auto const processors = static_cast<double>(multiprocessor_count);
  double best = 0;
  for (Tile const& tile : tiles) {
    double const count = groups * std::ceil(m / tile.m) * std::ceil(n / tile.n);
    double const waves = std::ceil(count / processors);
    best = std::max(best, tile.efficiency * groups * (m * n) / (tile.m * tile.n) / (waves * processors));
  }
  return best;
}

namespace {

// By the plateau, what tiles leave of it, the part of the traffic that does not hide, and the launch.
double model_s(Machine const& machine, GemmRates const& rates, GemmShape shape, Precision precision, double groups) {
  auto const m = static_cast<double>(shape.m);
  auto const n = static_cast<double>(shape.n);
  auto const k = static_cast<double>(shape.k);
  // FP8 GEMMs write 16-bit results; counting all operands so is on the safe side.
  double const bytes = std::max(2, bytes_per_element(precision)) * (m * n + n * k + m * k);
  double const arithmetic_s =
      shape.flops() / (rates.plateau_flops_per_s * tile_efficiency(shape, machine.multiprocessor_count, groups));
  double const memory_s = constants::gemm_bytes_exposed * bytes / machine.memory_bytes_per_s;
  return groups * (arithmetic_s + memory_s) + machine.kernel_launch_s;
}

// What the model lacks at the measured shapes, between them: Shepard's interpolation (1968) of the logarithm of
// measured over modelled time, over the logarithms of the shape. Exact at measured points, never faster than the best.
TimedOperator corrected(Machine const& machine, GemmRates const& rates, GemmShape shape, Precision precision,
                        double groups) {
  auto const at = log_shape(static_cast<double>(shape.m), static_cast<double>(shape.n), static_cast<double>(shape.k));
  double weight_sum = 0;
  double correction_sum = 0;
  double best_flops_per_s = 0;
  LogShape low{1e9, 1e9, 1e9};
  LogShape high{-1e9, -1e9, -1e9};
  for (GemmPoint const& point : rates.points) {
    auto const p = log_shape(static_cast<double>(point.m), static_cast<double>(point.n), static_cast<double>(point.k));
    low = {std::min(low.m, p.m), std::min(low.n, p.n), std::min(low.k, p.k)};
    high = {std::max(high.m, p.m), std::max(high.n, p.n), std::max(high.k, p.k)};
    double const squared = (p.m - at.m) * (p.m - at.m) + (p.n - at.n) * (p.n - at.n) + (p.k - at.k) * (p.k - at.k);
    double const weight = 1 / (squared * squared + 1e-12);
    GemmShape const measured{point.m, point.n, point.k};
    double const measured_s = measured.flops() / point.flops_per_s;
    weight_sum += weight;
    correction_sum += weight * std::log(measured_s / model_s(machine, rates, measured, precision, 1));
    best_flops_per_s = std::max(best_flops_per_s, point.flops_per_s);
  }
  bool const inside =
      at.m >= low.m && at.m <= high.m && at.n >= low.n && at.n <= high.n && at.k >= low.k && at.k <= high.k;
  double const time_s = model_s(machine, rates, shape, precision, groups) * std::exp(correction_sum / weight_sum);
  return {std::max(time_s, groups * shape.flops() / best_flops_per_s), !inside};
}

}  // namespace

TimedOperator gemm_time(Machine const& machine, GemmShape shape, Precision precision, double groups) {
  GemmRates const& rates = gemm_rates(machine, precision);
  if (!rates.points.empty()) return corrected(machine, rates, shape, precision, groups);
  return {model_s(machine, rates, shape, precision, groups), false};
}

}  // namespace hpcadvise::advisor

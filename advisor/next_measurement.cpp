// SPDX-License-Identifier: Apache-2.0
#include "advisor/next_measurement.hpp"

#include "advisor/constants.hpp"
#include "advisor/rates.hpp"
#include "advisor/uncertainty.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace hpcadvise::advisor {
namespace {

// Of the interval's width in log. A second run of one plan would narrow it by a tenth.
constexpr double worth_a_run = 0.8;
constexpr double worth_a_probe = 0.9;

double square(double value) { return value * value; }

// A run tells its plan's error but for what runs of one plan differ by, and the next run differs by that again:
// calibration.hpp of one exact step that was as predicted.
double sigma_after_a_run(double log_sigma) {
  double const variance = square(log_sigma);
  double const repeat = std::min(variance, square(constants::sigma_repeat));
  return std::sqrt(2 * repeat - square(repeat) / variance);
}

// What a probe answers is the doubt about the device's rates. Measured steps may have answered it already.
double sigma_after_a_probe(TrainingJob const& job, StepEstimate const& estimate, Machine machine,
                           EstimateOptions const& options) {
  if (options.calibration) return estimate.log_sigma;
  auto const sigma = [&] {
    bool const extrapolated = estimate.doubts.contains("extrapolated");
    return step_uncertainty(job, estimate.plan, machine, options, extrapolated).log_sigma;
  };
  double const before = sigma();
  for (auto& [precision, rates] : machine.gemm) rates.origin = profiles::Origin::measured;
  return std::sqrt(std::max(0.0, square(estimate.log_sigma) - square(before) + square(sigma())));
}

std::string range(StepEstimate const& estimate, double log_sigma) {
  auto const [median, low, high] = interval_around(estimate.step_time_s.median, log_sigma);
  return profiles::format_seconds_range(low, high, median);
}

}  // namespace

std::string next_measurement(TrainingJob const& job, StepEstimate const& estimate, Machine const& machine,
                             EstimateOptions const& options) {
  double const now = estimate.log_sigma;
  double const by_run = sigma_after_a_run(now);
  double const by_probe = sigma_after_a_probe(job, estimate, machine, options);
  if (by_run >= worth_a_run * now) return "";
  auto sentence = fmt::format(
      "20 measured steps of this plan (hpcadvise verify --calibrate) would narrow the interval most: P10..P90 {} "
      "would become {}",
      range(estimate, now), range(estimate, by_run));
  if (by_probe < worth_a_probe * now)
    sentence += fmt::format("; by a probe before any run (hpcadvise probe --only gemm,attention,memory) {}",
                            range(estimate, by_probe));
  return sentence;
}

}  // namespace hpcadvise::advisor

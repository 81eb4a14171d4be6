// SPDX-License-Identifier: Apache-2.0
#include "advisor/calibration.hpp"

#include "advisor/constants.hpp"
#include "advisor/step_estimate.hpp"
#include "advisor/uncertainty.hpp"
#include "profiles/error.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace hpcadvise::advisor {
namespace {

constexpr double degrees_of_freedom = 4;  // of the t distribution of single plans: their errors have outliers
constexpr int reweighting_rounds = 20;

double square(double value) { return value * value; }

// Half-widths of normal intervals in sigmas: 10th to 90th percentile, 95 %.
double variance_of_prediction(profiles::TimeInterval const& interval) {
  return square(std::log(interval.high_s / interval.low_s) / (2 * 1.2816));
}
double variance_of_measurement(profiles::TimeInterval const& interval) {
  return square(std::log(interval.high_s / interval.low_s) / (2 * 1.96));
}

RunTraits traits_of(profiles::CalibrationAnchor const& anchor) {
  return {.plan = parallel_plan_from_text(anchor.plan),
          .model = anchor.model,
          .parameter_count = anchor.parameter_count.value_or(0),
          .sequence_length = anchor.sequence_length,
          .precision = anchor.precision,
          .framework = anchor.framework,
          .doubts = anchor.doubts};
}

// The runs of one plan share its error: their mean counts once.
struct Observation {
  StepCalibration::Run run;
  double log_error = 0;
  double repeat_variance = 0;
  int count = 0;
};

std::vector<Observation> observations(profiles::Calibration const& calibration) {
  std::vector<Observation> seen;
  for (auto const& anchor : calibration.anchors) {
    auto traits = traits_of(anchor);
    auto same = std::find_if(seen.begin(), seen.end(),
                             [&](Observation const& each) { return same_plan(each.run.traits, traits); });
    if (same == seen.end()) {
      double const plain = variance_of_plan_alone(traits, variance_of_prediction(anchor.predicted));
      same = seen.insert(seen.end(), Observation{.run = {std::move(traits), plain, plain, 0}});
    }
    same->log_error += std::log(anchor.measured.median_s / anchor.predicted.median_s);
    same->repeat_variance += square(constants::sigma_repeat) + variance_of_measurement(anchor.measured);
    ++same->count;
  }
  for (auto& each : seen) {
    each.log_error /= each.count;
    each.repeat_variance /= each.count;
  }
  return seen;
}

// The inverse of a symmetric positive definite matrix, row by row: Gauss and Jordan, which need no pivots there.
std::vector<double> inverse(std::vector<double> matrix, std::size_t size) {
  std::vector<double> result(size * size);
  for (std::size_t i = 0; i < size; ++i) result[i * size + i] = 1;
  for (std::size_t pivot = 0; pivot < size; ++pivot) {
    double const scale = 1 / matrix[pivot * size + pivot];
    for (std::size_t column = 0; column < size; ++column) {
      matrix[pivot * size + column] *= scale;
      result[pivot * size + column] *= scale;
    }
    for (std::size_t row = 0; row < size; ++row) {
      double const factor = matrix[row * size + pivot];
      if (row == pivot || factor == 0) continue;
      for (std::size_t column = 0; column < size; ++column) {
        matrix[row * size + column] -= factor * matrix[pivot * size + column];
        result[row * size + column] -= factor * result[pivot * size + column];
      }
    }
  }
  return result;
}

double dot(double const* row, std::vector<double> const& values) {
  return std::inner_product(values.begin(), values.end(), row, 0.0);
}

}  // namespace

StepCalibration learn(profiles::Calibration const& calibration) {
  auto seen = observations(calibration);
  std::size_t const count = seen.size();
  std::vector<double> shared(count * count);
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = 0; j < count; ++j)
      shared[i * count + j] = shared_variance(seen[i].run.traits, seen[j].run.traits);

  StepCalibration result;
  std::vector<double> weights(count);
  // A run that stands apart from the others counts less: Student's t by reweighting (Lange, Little, Taylor 1989).
  for (int round = 0; round < reweighting_rounds; ++round) {
    auto covariance = shared;
    for (std::size_t i = 0; i < count; ++i) {
      auto& [run, log_error, repeat_variance, runs] = seen[i];
      double const apart = round == 0 ? 0 : log_error - dot(&shared[i * count], weights);
      double const distance = square(apart) / (run.plain_variance + repeat_variance);
      double const trust = std::min(1.0, (degrees_of_freedom + 1) / (degrees_of_freedom + distance));
      run.plan_variance = run.plain_variance / trust;
      covariance[i * count + i] += run.plan_variance + repeat_variance;
    }
    result.precision = inverse(std::move(covariance), count);
    std::vector<double> errors;
    for (auto const& each : seen) errors.push_back(each.log_error);
    for (std::size_t i = 0; i < count; ++i) weights[i] = dot(&result.precision[i * count], errors);
  }
  for (std::size_t i = 0; i < count; ++i) {
    seen[i].run.weight = weights[i];
    result.runs.push_back(std::move(seen[i].run));
  }
  return result;
}

StepCorrection correction(StepCalibration const& calibration, RunTraits const& prediction) {
  StepCorrection result;
  std::vector<double> shared;
  for (auto const& run : calibration.runs) {
    bool const same = same_plan(run.traits, prediction);
    shared.push_back(shared_variance(run.traits, prediction) + (same ? run.plan_variance : 0));
    result.log_factor += run.weight * shared.back();
    if (same) result.answered_variance -= run.plan_variance - run.plain_variance;
  }
  for (std::size_t i = 0; i < shared.size(); ++i)
    result.answered_variance += shared[i] * dot(&calibration.precision[i * shared.size()], shared);
  return result;
}

double least_log_factor(StepCalibration const& calibration) {
  double least = 0;
  for (auto const& run : calibration.runs)
    least += std::min(0.0, run.weight * (shared_variance(run.traits, run.traits) + run.plan_variance));
  return least;
}

void apply(StepCorrection const& correction, StepEstimate& estimate) {
  double const scale = std::exp(correction.log_factor);
  for (auto const& row : term_rows()) estimate.terms.*row.value *= scale;
  estimate.tokens_per_s_per_device /= scale;
  estimate.model_flops_per_s_per_device /= scale;
  estimate.mfu_of_dense_peak /= scale;
  estimate.mfu_of_measured_plateau /= scale;
  estimate.log_sigma =
      std::sqrt(std::max(square(constants::sigma_repeat), square(estimate.log_sigma) - correction.answered_variance));
  estimate.step_time_s = interval_around(scale * estimate.step_time_s.median, estimate.log_sigma);
  // Rates are still published ones, but the step was measured.
  std::erase(estimate.flags, "reference-only");
  estimate.flags.emplace_back("calibrated");
}

void add_anchor(profiles::Calibration& calibration, profiles::CalibrationAnchor anchor) {
  double const slowness = anchor.measured.median_s / anchor.predicted.median_s;
  if (slowness > hopeless_slowness)
    throw profiles::UsageError(
        fmt::format(
            "steps of {} are {:.1f} times the predicted {}, which no published run is: nothing is learnt of them",
            profiles::format_seconds(anchor.measured.median_s), slowness,
            profiles::format_seconds(anchor.predicted.median_s)),
        "Look for the cause without --calibrate: another model, plan or machine, waiting for data, a slow node.");
  std::erase_if(calibration.anchors, [&](auto const& each) { return each.log_sha256 == anchor.log_sha256; });
  calibration.anchors.push_back(std::move(anchor));
}

}  // namespace hpcadvise::advisor

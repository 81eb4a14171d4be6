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
constexpr double usual_excess = 2;  // squared error over its variance that is not yet remarkable: 84 % are smaller

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
      double const usual = variance_of_plan_alone(traits, variance_of_prediction(anchor.predicted));
      same = seen.insert(seen.end(), Observation{.run = {std::move(traits), usual, usual, 0}});
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

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  std::size_t const middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// By how much the middle one of the errors is larger than such errors are. One run that stands apart from others does
// not tell of it.
double excess_variance(std::vector<Observation> const& seen) {
  std::vector<double> errors, variances;
  for (auto const& each : seen) {
    errors.push_back(each.log_error);
    variances.push_back(shared_variance(each.run.traits, each.run.traits) + each.run.usual_variance +
                        each.repeat_variance);
  }
  return std::max(0.0, square(median(errors)) - usual_excess * median(variances));
}

double dot(std::vector<double> const& left, std::vector<double> const& right) {
  return std::inner_product(left.begin(), left.end(), right.begin(), 0.0);
}

}  // namespace

profiles::CalibrationAnchor anchor_of(TrainingJob const& job, StepEstimate const& predicted, FrameworkKind framework,
                                      profiles::TimeInterval const& measured) {
  auto traits = run_traits(job, predicted.plan, framework, predicted.doubts);
  auto const& step_s = predicted.step_time_s;
  return {.plan = to_text(traits.plan),
          .model = std::move(traits.model),
          .parameter_count = traits.parameter_count,
          .sequence_length = traits.sequence_length,
          .precision = std::move(traits.precision),
          .device_count = traits.plan.device_count(),
          .framework = std::move(traits.framework),
          .measured = measured,
          .predicted = {step_s.median, step_s.low, step_s.high},
          .doubts = std::move(traits.doubts)};
}

StepCalibration learn(profiles::Calibration const& calibration) {
  auto seen = observations(calibration);
  std::size_t const count = seen.size();
  Matrix shared(count, std::vector<double>(count));
  std::vector<double> errors;
  for (std::size_t i = 0; i < count; ++i) {
    errors.push_back(seen[i].log_error);
    for (std::size_t j = 0; j < count; ++j) shared[i][j] = shared_variance(seen[i].run.traits, seen[j].run.traits);
  }

  StepCalibration result;
  // Of one plan it is as likely the machine as the plan; the more agree, the more likely the machine.
  double const excess = excess_variance(seen);
  double const of_machine = double(count) / (double(count) + 1);
  result.machine_variance = of_machine * excess;
  double const of_plan = (1 - of_machine) * excess;
  for (auto& row : shared)
    for (double& variance : row) variance += result.machine_variance;
  std::vector<double> weights(count);
  // A run that stands apart from the others counts less: Student's t by reweighting (Lange, Little, Taylor 1989).
  for (int round = 0; round < reweighting_rounds; ++round) {
    result.covariance = shared;
    for (std::size_t i = 0; i < count; ++i) {
      auto& [run, log_error, repeat_variance, runs] = seen[i];
      double const apart = round == 0 ? 0 : log_error - dot(shared[i], weights);
      double const distance = square(apart) / (run.usual_variance + of_plan + repeat_variance);
      double const trust = std::min(1.0, (degrees_of_freedom + 1) / (degrees_of_freedom + distance));
      run.plan_variance = (run.usual_variance + of_plan) / trust;
      result.covariance[i][i] += run.plan_variance + repeat_variance;
    }
    result.covariance = cholesky(std::move(result.covariance));
    weights = solved(result.covariance, errors);
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
    shared.push_back(calibration.machine_variance + shared_variance(run.traits, prediction) +
                     (same ? run.plan_variance : 0));
    result.log_factor += run.weight * shared.back();
    if (same) result.answered_variance -= run.plan_variance - run.usual_variance;
  }
  result.answered_variance -= calibration.machine_variance;
  auto const answered = forward_substituted(calibration.covariance, std::move(shared));
  result.answered_variance += dot(answered, answered);
  return result;
}

double least_log_factor(StepCalibration const& calibration) {
  double least = 0;
  for (auto const& run : calibration.runs)
    least += std::min(
        0.0, run.weight * (calibration.machine_variance + shared_variance(run.traits, run.traits) + run.plan_variance));
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
        fmt::format("steps of {} are {:.1f} times the predicted {}; of {} published runs {} are as slow: nothing is "
                    "learnt of them",
                    profiles::format_seconds(anchor.measured.median_s), slowness,
                    profiles::format_seconds(anchor.predicted.median_s), slowness_was_seen_of, hopeless_runs),
        "Look for the cause without --calibrate: another model, plan or machine, waiting for data, a slow node.");
  std::erase_if(calibration.anchors, [&](auto const& each) { return each.log_sha256 == anchor.log_sha256; });
  calibration.anchors.push_back(std::move(anchor));
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#include "advisor/calibration.hpp"

#include "advisor/uncertainty.hpp"
#include "profiles/error.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <vector>

namespace hpcadvise::advisor {
namespace {

constexpr double sigma_between = 0.06;
constexpr double sigma_inside = 0.075;
constexpr double degrees_of_freedom = 4;  // of the t distribution of single plans: their errors have outliers
constexpr int reweighting_rounds = 20;

double square(double value) { return value * value; }

// Half-widths of normal intervals in sigmas: 10th to 90th percentile, 95 %.
double sigma_of_prediction(profiles::TimeInterval const& interval) {
  return std::log(interval.high_s / interval.low_s) / (2 * 1.2816);
}
double sigma_of_measurement(profiles::TimeInterval const& interval) {
  return std::log(interval.high_s / interval.low_s) / (2 * 1.96);
}

// The runs of one plan share its error: their mean counts once.
struct Observation {
  double log_error = 0;
  double measured_variance = 0;
  double predicted_variance = 0;
  bool same_framework = true;
};

std::vector<Observation> observations(profiles::Calibration const& calibration, std::string_view framework) {
  using Key = std::tuple<std::string, std::string, std::int64_t, std::string, std::string>;
  std::map<Key, std::vector<Observation>> by_plan;
  for (auto const& anchor : calibration.anchors)
    by_plan[{anchor.plan, anchor.model, anchor.sequence_length, anchor.precision, anchor.framework}].push_back(
        {.log_error = std::log(anchor.measured.median_s / anchor.predicted.median_s),
         .measured_variance = square(sigma_of_measurement(anchor.measured)),
         .predicted_variance = square(sigma_of_prediction(anchor.predicted)),
         .same_framework = anchor.framework == framework});
  std::vector<Observation> means;
  for (auto const& [key, runs] : by_plan) {
    Observation mean{.same_framework = runs.front().same_framework};
    for (auto const& run : runs) {
      mean.log_error += run.log_error / double(runs.size());
      mean.measured_variance += run.measured_variance / double(runs.size());
      mean.predicted_variance += run.predicted_variance / double(runs.size());
    }
    means.push_back(mean);
  }
  return means;
}

}  // namespace

CalibrationFactor calibrate(profiles::Calibration const& calibration, std::string_view framework) {
  auto const runs = observations(calibration, framework);
  CalibrationFactor factor;
  for (auto const& run : runs) factor.answered_variance += run.predicted_variance / double(runs.size());

  // A prediction that was more doubtful to begin with leaves more to be learnt.
  double const prior = std::max(square(sigma_between), factor.answered_variance - square(sigma_inside));
  // A run that stands apart from the others counts less: Student's t by reweighting (Lange, Little, Taylor 1989).
  for (int round = 0; round < reweighting_rounds; ++round) {
    double precision = 1 / prior;
    double weighted = 0;
    for (auto const& run : runs) {
      double const software = run.same_framework ? 0 : square(sigma_between);
      double const variance = square(sigma_inside) + run.measured_variance + software;
      double const distance = round == 0 ? 0 : square(run.log_error - factor.log_factor) / variance;
      double const trust = round == 0 ? 1 : (degrees_of_freedom + 1) / (degrees_of_freedom + distance);
      precision += std::min(1.0, trust) / variance;
      weighted += std::min(1.0, trust) / variance * run.log_error;
    }
    factor.log_factor = weighted / precision;
    factor.left_variance = square(sigma_inside) + 1 / precision;
  }
  return factor;
}

void apply(CalibrationFactor const& factor, StepEstimate& estimate) {
  double const scale = std::exp(factor.log_factor);
  for (auto const& row : term_rows()) estimate.terms.*row.value *= scale;
  estimate.tokens_per_s_per_device /= scale;
  estimate.model_flops_per_s_per_device /= scale;
  estimate.mfu_of_dense_peak /= scale;
  estimate.mfu_of_measured_plateau /= scale;
  double const unanswered = std::max(0.0, square(estimate.log_sigma) - factor.answered_variance);
  estimate.log_sigma = std::sqrt(factor.left_variance + unanswered);
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

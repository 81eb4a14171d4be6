// SPDX-License-Identifier: Apache-2.0
#include "anchoring.hpp"

#include "score.hpp"

#include "advisor/calibration.hpp"
#include "advisor/framework.hpp"
#include "advisor/uncertainty.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace hpcadvise::validation {
namespace {

advisor::StepEstimate predicted(Case const& each, double residual) {
  auto const& run = *each.row.run;
  auto estimate = advisor::estimate_step(run.job, run.plan, advisor::machine_of(run.machine, {}), run.options);
  estimate.step_time_s = advisor::interval_around(each.measured_s * std::exp(residual), estimate.log_sigma);
  return estimate;
}

advisor::RunTraits traits_of(Case const& each, advisor::StepEstimate const& estimate) {
  auto const& run = *each.row.run;
  return advisor::run_traits(run.job, run.plan, run.options.framework, estimate.doubts);
}

profiles::CalibrationAnchor anchor_of(Case const& each, advisor::StepEstimate const& estimate) {
  auto const& run = *each.row.run;
  return advisor::anchor_of(run.job, estimate, run.options.framework,
                            {each.measured_s, each.measured_s, each.measured_s});
}

double median_of(std::vector<AnchoredErrors> const& machines, double AnchoredErrors::*error) {
  std::vector<double> errors;
  errors.reserve(machines.size());
  for (auto const& machine : machines) errors.push_back(machine.*error);
  return median(errors);
}

}  // namespace

std::vector<AnchoredErrors> errors_after_anchoring(std::vector<Case> const& cases, std::vector<double> const& residuals,
                                                   std::size_t anchors, std::size_t least_runs) {
  std::map<std::string, std::vector<std::size_t>> machines;
  for (std::size_t i = 0; i < cases.size(); ++i)
    machines[cases[i].row.source_group + ", " + cases[i].row.device].push_back(i);
  std::vector<advisor::StepEstimate> predictions;
  for (std::size_t i = 0; i < cases.size(); ++i) predictions.push_back(predicted(cases[i], residuals[i]));

  std::vector<AnchoredErrors> result;
  for (auto const& [machine, runs] : machines) {
    if (runs.size() < std::max(anchors + 2, least_runs)) continue;
    std::vector<double> before, after, log_sigmas;
    for (std::size_t const run : runs) before.push_back(error_of(residuals[run]));
    for (std::size_t first = 0; first < runs.size(); ++first) {
      profiles::Calibration calibration;
      std::vector<std::size_t> chosen;
      for (std::size_t k = 0; k < anchors; ++k) {
        auto const anchor = runs[(first + k * runs.size() / anchors) % runs.size()];
        chosen.push_back(anchor);
        calibration.anchors.push_back(anchor_of(cases[anchor], predictions[anchor]));
      }
      auto const learnt = advisor::learn(calibration);
      for (std::size_t const run : runs) {
        if (std::find(chosen.begin(), chosen.end(), run) != chosen.end()) continue;
        auto estimate = predictions[run];
        apply(correction(learnt, traits_of(cases[run], estimate)), estimate);
        after.push_back(std::log(estimate.step_time_s.median / cases[run].measured_s));
        log_sigmas.push_back(estimate.log_sigma);
      }
    }
    auto const errors = errors_of(after, log_sigmas);
    result.push_back({machine, runs.size(), median(before), errors.median, errors.inside_share});
  }
  return result;
}

double median_before(std::vector<AnchoredErrors> const& machines) {
  return median_of(machines, &AnchoredErrors::before);
}
double median_after(std::vector<AnchoredErrors> const& machines) { return median_of(machines, &AnchoredErrors::after); }
double inside_after(std::vector<AnchoredErrors> const& machines) {
  std::vector<double> shares;
  shares.reserve(machines.size());
  for (auto const& machine : machines) shares.push_back(machine.inside_share);
  return mean(shares);
}

}  // namespace hpcadvise::validation

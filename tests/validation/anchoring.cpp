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

profiles::CalibrationAnchor anchor_of(Case const& each, double residual, double log_sigma) {
  auto const& run = *each.row.run;
  auto const predicted = advisor::interval_around(each.measured_s * std::exp(residual), log_sigma);
  return {.plan = advisor::to_text(run.plan),
          .model = run.job.model.name,
          .sequence_length = run.job.sequence_length,
          .precision = std::string(profiles::to_string(run.job.precision)),
          .device_count = run.plan.device_count(),
          .framework = std::string(advisor::to_string(run.options.framework)),
          .measured = {each.measured_s, each.measured_s, each.measured_s},
          .predicted = {predicted.median, predicted.low, predicted.high}};
}

double median_of(std::vector<AnchoredErrors> const& machines, double AnchoredErrors::*error) {
  std::vector<double> errors;
  for (auto const& machine : machines) errors.push_back(machine.*error);
  return median(errors);
}

}  // namespace

std::vector<AnchoredErrors> errors_after_anchoring(std::vector<Case> const& cases, std::vector<double> const& residuals,
                                                   std::vector<double> const& log_sigmas, std::size_t anchors,
                                                   std::size_t least_runs) {
  std::map<std::string, std::vector<std::size_t>> machines;
  for (std::size_t i = 0; i < cases.size(); ++i)
    machines[cases[i].row.source_group + ", " + cases[i].row.device].push_back(i);

  std::vector<AnchoredErrors> result;
  for (auto const& [machine, runs] : machines) {
    if (runs.size() < std::max(anchors + 2, least_runs)) continue;
    std::vector<double> before, after;
    for (std::size_t const run : runs) before.push_back(error_of(residuals[run]));
    for (std::size_t first = 0; first < runs.size(); ++first) {
      profiles::Calibration calibration;
      std::vector<std::size_t> chosen;
      for (std::size_t k = 0; k < anchors; ++k) {
        chosen.push_back(runs[(first + k * runs.size() / anchors) % runs.size()]);
        calibration.anchors.push_back(
            anchor_of(cases[chosen.back()], residuals[chosen.back()], log_sigmas[chosen.back()]));
      }
      for (std::size_t const run : runs) {
        if (std::find(chosen.begin(), chosen.end(), run) != chosen.end()) continue;
        auto const framework = advisor::to_string(cases[run].row.run->options.framework);
        after.push_back(error_of(residuals[run] + advisor::calibrate(calibration, framework).log_factor));
      }
    }
    result.push_back({machine, runs.size(), median(before), median(after)});
  }
  return result;
}

double median_before(std::vector<AnchoredErrors> const& machines) {
  return median_of(machines, &AnchoredErrors::before);
}
double median_after(std::vector<AnchoredErrors> const& machines) { return median_of(machines, &AnchoredErrors::after); }

}  // namespace hpcadvise::validation

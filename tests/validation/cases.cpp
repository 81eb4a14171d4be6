// SPDX-License-Identifier: Apache-2.0
#include "cases.hpp"

#include <algorithm>
#include <cmath>

namespace hpcadvise::validation {
namespace {

bool may_be_fitted(advisor::RunResult const& row) { return row.tier == "A" && row.source_group != "JZV"; }

std::vector<Case> cases_where(std::vector<advisor::RunResult> const& rows, bool fitted) {
  std::vector<Case> cases;
  for (auto const& row : rows)
    if (row.run && row.measured_step_time_s && may_be_fitted(row) == fitted)
      cases.push_back({row, *row.measured_step_time_s});
  return cases;
}

}  // namespace

std::vector<Case> step_time_cases(std::vector<advisor::RunResult> const& rows) { return cases_where(rows, true); }
std::vector<Case> unfitted_cases(std::vector<advisor::RunResult> const& rows) { return cases_where(rows, false); }

std::vector<std::string> sources_of(std::vector<Case> const& cases) {
  std::vector<std::string> sources;
  for (Case const& each : cases)
    if (std::find(sources.begin(), sources.end(), each.row.source_group) == sources.end())
      sources.push_back(each.row.source_group);
  return sources;
}

std::vector<double> residuals(std::vector<Case> const& cases, advisor::FittedConstants const& fitted) {
  std::vector<double> result;
  result.reserve(cases.size());
  for (Case const& each : cases) {
    auto const& run = *each.row.run;
    auto const machine = advisor::machine_of(run.machine, fitted);
    auto const estimate = advisor::estimate_step(run.job, run.plan, machine, run.options);
    result.push_back(std::log(estimate.step_time_s.median / each.measured_s));
  }
  return result;
}

}  // namespace hpcadvise::validation

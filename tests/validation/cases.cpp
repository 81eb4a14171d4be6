// SPDX-License-Identifier: Apache-2.0
#include "cases.hpp"

#include "advisor/device_classes.hpp"

#include <algorithm>
#include <cmath>

namespace hpcadvise::validation {
namespace {

enum class Use { headline, fit_only, prediction };

Use use_of(advisor::RunResult const& row) {
  if (row.source_group == "JZV") return Use::prediction;
  if (row.tier == "A") return Use::headline;
  auto const architecture = advisor::machine_of(row.run->machine).architecture;
  bool const core = advisor::is_megatron_core(row.run->options.framework);
  return core && advisor::device_class(architecture).fitted() ? Use::fit_only : Use::prediction;
}

std::vector<Case> cases_for(Use use, std::vector<advisor::RunResult> const& rows) {
  auto cases = timed_cases(rows);
  std::erase_if(cases, [&](Case const& each) { return use_of(each.row) != use; });
  return cases;
}

}  // namespace

std::vector<Case> step_time_cases(std::vector<advisor::RunResult> const& rows) {
  return cases_for(Use::headline, rows);
}
std::vector<Case> core_cases(std::vector<advisor::RunResult> const& rows) { return cases_for(Use::fit_only, rows); }
std::vector<Case> unfitted_cases(std::vector<advisor::RunResult> const& rows) {
  return cases_for(Use::prediction, rows);
}

std::vector<Case> timed_cases(std::vector<advisor::RunResult> const& rows) {
  std::vector<Case> cases;
  for (auto const& row : rows)
    if (row.run && row.measured_step_time_s) cases.push_back({row, *row.measured_step_time_s});
  return cases;
}

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

// SPDX-License-Identifier: Apache-2.0
#include "advisor/csv_table.hpp"
#include "advisor/plan_json.hpp"
#include "advisor/published_runs.hpp"
#include "profiles/json_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

namespace hpcadvise::advisor {
namespace {

using Json = nlohmann::ordered_json;

constexpr double bytes_per_gib = 1024.0 * 1024.0 * 1024.0;

std::string_view to_string(RunStatus status) {
  switch (status) {
    case RunStatus::ok: return "ok";
    case RunStatus::skipped: return "skipped";
    case RunStatus::invalid: return "invalid";
  }
  return "";
}

// Relative errors, 0.1 being 10 % too slow or too much; nothing where one side is not known.
std::optional<double> relative_error(std::optional<double> estimated, std::optional<double> measured) {
  if (!estimated || !measured || *measured <= 0) return std::nullopt;
  return *estimated / *measured - 1;
}

std::optional<double> step_time_of(RunResult const& result) {
  if (!result.estimate) return std::nullopt;
  return result.estimate->step_time_s.median;
}

std::optional<double> memory_gib_of(RunResult const& result) {
  if (!result.estimate) return std::nullopt;
  return result.estimate->memory.total_bytes() / bytes_per_gib;
}

std::optional<double> step_error(RunResult const& result) {
  return relative_error(step_time_of(result), result.measured_step_time_s);
}

std::optional<double> memory_error(RunResult const& result) {
  if (!result.estimate) return std::nullopt;
  return relative_error(peak_bytes(result.estimate->memory, result.measured_memory_kind) / bytes_per_gib,
                        result.measured_memory_gib);
}

std::string number(std::optional<double> value) { return value ? fmt::format("{:.6g}", *value) : ""; }
std::string percent(std::optional<double> ratio) { return ratio ? fmt::format("{:.2f}", 100 * *ratio) : ""; }

Json or_null(std::optional<double> value) { return value ? Json(*value) : Json(nullptr); }

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  std::size_t const middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

Json errors_to_json(std::vector<double> const& errors) {
  if (errors.empty()) return {{"runs", 0}};
  std::vector<double> sizes;
  for (double const error : errors) sizes.push_back(std::abs(error));
  double const mean = std::accumulate(sizes.begin(), sizes.end(), 0.0) / double(sizes.size());
  return {{"runs", errors.size()},
          {"median_absolute_error", median_of(sizes)},
          {"mean_absolute_error", mean},
          {"median_error", median_of(errors)}};
}

Json summary_of(std::vector<RunResult const*> const& results) {
  std::vector<double> step_errors, memory_errors;
  int inside = 0;
  for (RunResult const* const result : results) {
    if (auto const error = memory_error(*result)) memory_errors.push_back(*error);
    auto const error = step_error(*result);
    if (!error) continue;
    step_errors.push_back(*error);
    Interval const& interval = result->estimate->step_time_s;
    if (*result->measured_step_time_s >= interval.low && *result->measured_step_time_s <= interval.high) ++inside;
  }
  Json summary{{"step_time", errors_to_json(step_errors)}, {"memory", errors_to_json(memory_errors)}};
  if (!step_errors.empty()) summary["step_time"]["share_inside_interval"] = double(inside) / double(step_errors.size());
  return summary;
}

Json summary_by(std::vector<RunResult> const& results, std::string RunResult::*group) {
  std::map<std::string, std::vector<RunResult const*>> groups;
  for (RunResult const& result : results)
    if (result.estimate) groups[(result.*group).empty() ? "not stated" : result.*group].push_back(&result);
  Json summaries = Json::object();
  for (auto const& [name, members] : groups) summaries[name] = summary_of(members);
  return summaries;
}

// Does the estimate foretell that a run is out of memory, and does it cry wolf?
Json out_of_memory_summary(std::vector<RunResult> const& results) {
  int out = 0, foretold = 0, false_alarms = 0;
  for (RunResult const& result : results) {
    if (!result.estimate) continue;
    bool const fits = result.estimate->memory.fits();
    if (result.measured_out_of_memory.value_or(false)) {
      ++out;
      if (!fits) ++foretold;
    } else if (ran(result) && !fits) {
      ++false_alarms;
    }
  }
  return {{"runs", out}, {"foretold", foretold}, {"false_alarms", false_alarms}};
}

Json run_to_json(RunResult const& result) {
  Json run{{"id", result.id}, {"status", to_string(result.status)}};
  if (!result.reason.empty()) run["reason"] = result.reason;
  run["assumed"] = result.assumed;
  run["measured_step_time_s"] = or_null(result.measured_step_time_s);
  run["measured_memory_kind"] = to_string(result.measured_memory_kind);
  run["measured_memory_bytes"] = or_null(result.measured_memory_gib);
  if (result.measured_memory_gib) run["measured_memory_bytes"] = *result.measured_memory_gib * bytes_per_gib;
  run["step_error"] = or_null(step_error(result));
  run["memory_error"] = or_null(memory_error(result));
  run["estimate"] = result.estimate ? estimate_to_json(*result.estimate) : Json(nullptr);
  return run;
}

}  // namespace

std::string runs_to_csv(std::vector<RunResult> const& results) {
  std::string csv =
      "id,status,step_time_s,step_time_low_s,step_time_high_s,tokens_per_s_per_gpu,memory_gib,fits,"
      "measured_step_time_s,step_error_pct,measured_memory_gib,memory_error_pct,assumed,reason\n";
  for (RunResult const& result : results) {
    std::vector<std::string> cells{result.id, std::string(to_string(result.status))};
    if (result.estimate) {
      StepEstimate const& estimate = *result.estimate;
      for (double const value : {estimate.step_time_s.median, estimate.step_time_s.low, estimate.step_time_s.high,
                                 estimate.tokens_per_s_per_device})
        cells.push_back(number(value));
      cells.push_back(number(memory_gib_of(result)));
      cells.emplace_back(estimate.memory.fits() ? "true" : "false");
    } else {
      cells.resize(cells.size() + 6);
    }
    cells.push_back(number(result.measured_step_time_s));
    cells.push_back(percent(step_error(result)));
    cells.push_back(number(result.measured_memory_gib));
    cells.push_back(percent(memory_error(result)));
    cells.push_back(fmt::format("{}", fmt::join(result.assumed, " ")));
    cells.push_back(result.reason);
    for (std::string& cell : cells) cell = csv_cell(cell);
    csv += fmt::format("{}\n", fmt::join(cells, ","));
  }
  return csv;
}

std::string runs_to_json(std::vector<RunResult> const& results) {
  std::map<RunStatus, int> counts;
  std::vector<RunResult const*> estimated;
  for (RunResult const& result : results) {
    ++counts[result.status];
    if (result.estimate) estimated.push_back(&result);
  }
  Json summary{{"rows", results.size()},
               {"ok", counts[RunStatus::ok]},
               {"skipped", counts[RunStatus::skipped]},
               {"invalid", counts[RunStatus::invalid]}};
  summary["overall"] = summary_of(estimated);
  summary["out_of_memory"] = out_of_memory_summary(results);
  summary["by_device"] = summary_by(results, &RunResult::device);
  summary["by_family"] = summary_by(results, &RunResult::family);
  summary["by_source_group"] = summary_by(results, &RunResult::source_group);
  summary["by_sharding"] = summary_by(results, &RunResult::sharding);

  Json runs = Json::array();
  for (RunResult const& result : results) runs.push_back(run_to_json(result));
  return profiles::print_json({{"summary", summary}, {"runs", runs}});
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
// metrics.csv of Lightning's CSVLogger. It holds times when a callback logs them: ThroughputMonitor ("train|time",
// seconds since the start, a row a micro-batch) or NVIDIA NeMo ("train_step_timing in s").
#include "advisor/csv_table.hpp"
#include "advisor/logs/log_format.hpp"
#include "advisor/logs/log_lines.hpp"
#include "profiles/error.hpp"

#include <fmt/format.h>

namespace hpcadvise::advisor::logs {
namespace {

// The header: nothing else in a log is a comma-separated line with the two columns that CSVLogger always writes.
bool is_step(std::string_view line) {
  auto const framed = fmt::format(",{},", line);
  return framed.find(",step,") != std::string::npos && framed.find(",epoch,") != std::string::npos;
}

TrainingLog from_table(CsvTable const& table) {
  TrainingLog log;
  StepCollector steps;
  auto const cell = [&](CsvRow const& row, std::string_view name) -> std::optional<double> {
    auto const column = table.column(name);
    if (column >= row.cells.size()) return std::nullopt;
    return leading_number(row.cells[column]);
  };
  std::optional<LogStep> last;  // with the time since the start in place of the step time
  for (auto const& row : table.rows) {
    auto const iteration = cell(row, "step");
    if (!row.problem.empty() || !iteration || !(*iteration >= 0 && *iteration < 1e15)) {
      ++log.unreadable_steps;
      continue;
    }
    LogStep step;
    step.iteration = std::int64_t(*iteration);
    step.loss = cell(row, "train_loss");
    if (auto const time_s = cell(row, "train_step_timing in s")) {
      step.step_time_s = time_s;
      steps.add("", std::move(step));
    } else if (auto const since_start_s = cell(row, "train|time")) {
      bool const goes_on = last && step.iteration > last->iteration;
      step.micro_step_time_s = since_start_s;
      auto const now = step;
      if (goes_on) {
        step.micro_step_time_s = (*since_start_s - *last->micro_step_time_s) / double(step.iteration - last->iteration);
        steps.add("", std::move(step));
      }
      last = now;
    }
  }
  steps.finish(log);
  return log;
}

TrainingLog read(std::string_view text) {
  try {
    return from_table(parse_csv(text, "metrics.csv"));
  } catch (profiles::Error const&) {
    return {};  // no table: no steps
  }
}

}  // namespace

LogFormat const lightning_csv_log{
    .name = "lightning-csv",
    .framework = "",
    .looked_for = "columns epoch and step with 'train|time' (ThroughputMonitor) or 'train_step_timing in s'",
    .is_step = is_step,
    .read = read,
};

}  // namespace hpcadvise::advisor::logs

// SPDX-License-Identifier: Apache-2.0
#include "advisor/published_runs.hpp"

#include "advisor/csv_table.hpp"
#include "advisor/run_case.hpp"
#include "profiles/atomic_file.hpp"
#include "profiles/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace hpcadvise::advisor {
namespace {

constexpr std::array needed_columns{"gpus", "layers", "hidden", "heads", "seq_len", "global_batch"};

void check_columns(CsvTable const& table, std::filesystem::path const& file) {
  auto const has = [&](std::string_view name) { return table.column(name) < table.header.size(); };
  std::vector<std::string> missing;
  for (std::string_view const name : needed_columns)
    if (!has(name)) missing.push_back(fmt::format("'{}'", name));
  if (!has("device") && !has("machine")) missing.emplace_back("one of 'device' and 'machine'");
  if (missing.empty()) return;
  for (auto const& [separator, name] : {std::pair{';', "semicolons"}, std::pair{'\t', "tabs"}})
    if (table.header.size() == 1 && table.header.front().find(separator) != std::string::npos)
      throw profiles::FileError(file, "line 1", fmt::format("its columns are separated by {}, not by commas", name),
                                "save it with commas between cells, and points in decimals");
  throw profiles::FileError(file, "line 1", fmt::format("missing columns: {}", fmt::join(missing, ", ")),
                            "docs/runs_table.md lists the columns");
}

std::optional<double> positive(RunCells const& cells, std::string_view column) {
  auto const value = cells.number(column);
  if (value && *value == 0) cells.refuse(column, "is not above zero");
  return value;
}

// As stated, else from the throughput, which holds the same information.
std::optional<double> measured_step_time(RunCells const& cells) {
  if (auto const time_s = positive(cells, "step_time_s")) return time_s;
  auto const rate = positive(cells, "tokens_per_s_per_gpu");
  auto const devices = cells.count("gpus");
  auto const sequences = cells.count("global_batch");
  auto const length = cells.count("seq_len");
  if (!rate || !devices || !sequences || !length) return std::nullopt;
  return double(*sequences) * double(*length) / (double(*devices) * *rate);
}

RunCase case_of(RunCells& cells) {
  RunCase run = run_case(cells);
  Machine const machine = machine_of(run.machine);
  if (auto const problem = plan_problem(run.job, run.plan, machine, run.options.framework); !problem.empty())
    throw RowRefusal{RunStatus::skipped, fmt::format("{}: {}", cells.place(), problem.what)};
  if (!machine.gemm.contains(run.job.precision))
    cells.skip("precision",
               fmt::format("no {} rate is known for {}", profiles::to_string(run.job.precision), machine.device));
  return run;
}

constexpr std::array peak_kinds{PeakKind::allocated, PeakKind::reserved, PeakKind::device};

PeakKind peak_kind(RunCells const& cells) {
  auto const text = cells.text("peak_memory_kind");
  if (text.empty()) return PeakKind::device;
  for (PeakKind const kind : peak_kinds)
    if (to_string(kind) == text) return kind;
  cells.refuse("peak_memory_kind", "'" + text + "' is none of allocated, reserved, device");
}

// Where each id stood first.
using FirstLines = std::map<std::string, std::size_t>;

RunResult result_of(CsvTable const& table, CsvRow const& row, FirstLines& first_lines) {
  RunResult result;
  RunCells cells(table, row);
  result.id = cells.text("id");
  std::size_t const first_line =
      result.id.empty() ? row.line : first_lines.try_emplace(result.id, row.line).first->second;
  if (result.id.empty()) result.id = fmt::format("line-{}", row.line);
  result.device = cells.text("device");
  result.family = cells.text("family");
  result.source_group = cells.text("source_group");
  result.sharding = cells.text("sharding");
  result.tier = cells.text("tier");
  if (!row.problem.empty()) {
    result.status = RunStatus::invalid;
    result.reason = fmt::format("{}: {}", cells.place(), row.problem);
    return result;
  }
  try {
    if (first_line != row.line) cells.refuse("id", fmt::format("names the run of line {} already", first_line));
    result.measured_step_time_s = measured_step_time(cells);
    result.measured_memory_gib = positive(cells, "peak_memory_gib");
    result.measured_memory_kind = peak_kind(cells);
    result.measured_out_of_memory = cells.flag("oom");
    result.run = case_of(cells);
    if (result.device.empty()) result.device = result.run->machine.device.name;
  } catch (RowRefusal const& refusal) {
    result.status = refusal.status;
    result.reason = refusal.reason;
  } catch (profiles::Error const& error) {  // the machine of this row lacks a fact
    result.status = RunStatus::skipped;
    result.reason = fmt::format("{}: {}", cells.place(), error.what());
  }
  result.assumed = cells.assumed();
  return result;
}

}  // namespace

std::string_view to_string(PeakKind kind) {
  switch (kind) {
    case PeakKind::allocated: return "allocated";
    case PeakKind::reserved: return "reserved";
    case PeakKind::device: return "device";
  }
  return "device";
}

double peak_bytes(MemoryEstimate const& memory, PeakKind kind) {
  switch (kind) {
    case PeakKind::allocated: return memory.allocated_bytes();
    case PeakKind::reserved: return memory.reserved_bytes();
    case PeakKind::device: return memory.total_bytes();
  }
  return memory.total_bytes();
}

bool ran(RunResult const& result) {
  return (result.measured_step_time_s || result.measured_memory_gib) && !result.measured_out_of_memory.value_or(false);
}

std::vector<RunResult> read_runs(std::filesystem::path const& file) {
  CsvTable const table = parse_csv(profiles::read_text_file(file), file);
  check_columns(table, file);
  std::vector<RunResult> results;
  results.reserve(table.rows.size());
  FirstLines first_lines;
  for (CsvRow const& row : table.rows) results.push_back(result_of(table, row, first_lines));
  return results;
}

std::vector<RunResult> estimate_runs(std::filesystem::path const& file) {
  auto results = read_runs(file);
  for (RunResult& result : results)
    if (auto const& run = result.run)
      result.estimate = estimate_step(run->job, run->plan, machine_of(run->machine), run->options);
  return results;
}

}  // namespace hpcadvise::advisor

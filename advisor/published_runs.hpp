// SPDX-License-Identifier: Apache-2.0
#pragma once

// `estimate --runs`: a table of training runs in, a prediction for each row out. The column names are the contract
// (docs/runs_table.md); unknown columns are ignored, an empty cell takes the documented default or skips the row.

#include "advisor/run_case.hpp"
#include "advisor/step_estimate.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::advisor {

// Which of MemoryEstimate's sums a measured peak is: torch.cuda's max_memory_allocated, max_memory_reserved, or what
// the device's own tools show.
enum class PeakKind { allocated, reserved, device };
std::string_view to_string(PeakKind kind);
double peak_bytes(MemoryEstimate const& memory, PeakKind kind);

struct RunResult {
  std::string id;
  RunStatus status = RunStatus::ok;
  std::optional<RunCase> run;  // absent: not ok
  std::optional<StepEstimate> estimate;
  std::optional<double> measured_step_time_s;
  std::optional<double> measured_memory_gib;
  PeakKind measured_memory_kind = PeakKind::device;
  std::optional<bool> measured_out_of_memory;
  std::vector<std::string> assumed;  // cells that took a default
  std::string reason;                // why skipped or invalid
  std::string device;
  std::string family;
  std::string source_group;
  std::string sharding;
  std::string tier;  // "A": all that a prediction needs is stated
};

// A measured time or peak says that it ran to an end, and did not run out of memory.
bool ran(RunResult const& result);

// Errors of the file as a whole (unreadable, no header, a needed column missing) throw FileError; a bad row is a
// result with status invalid and its line number in the reason.
std::vector<RunResult> read_runs(std::filesystem::path const& file);  // without estimates
std::vector<RunResult> estimate_runs(std::filesystem::path const& file);

// The CSV of docs/runs_table.md, one line for each result.
std::string runs_to_csv(std::vector<RunResult> const& results);
// The same with a summary: errors overall and by device, family, source_group, sharding; share inside the interval.
std::string runs_to_json(std::vector<RunResult> const& results);

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// hpcadvise estimate: one given plan, or a table of runs.

#include "cli/command.hpp"
#include "cli/job_options.hpp"

#include <filesystem>
#include <string>

namespace hpcadvise::cli {

enum class RunsFormat { csv, json };

struct EstimateCommandOptions {
  JobOptions job;
  std::string plan;                          // "tp=8,pp=4,..." or a plan file
  std::filesystem::path runs;                // a table of runs, instead of all else
  Format format = Format::text;              // of a plan
  RunsFormat runs_format = RunsFormat::csv;  // of a table of runs
};

void add_estimate_command(CLI::App& app, Action& chosen);

// ExitCode::nothing_fits when the plan does not fit in memory: its estimate is printed all the same.
profiles::ExitCode run_estimate_command(EstimateCommandOptions const& options, Output& output);

}  // namespace hpcadvise::cli

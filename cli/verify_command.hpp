// SPDX-License-Identifier: Apache-2.0
#pragma once

// hpcadvise verify: a training log against the prediction for its plan.

#include "cli/command.hpp"
#include "cli/job_options.hpp"

#include <filesystem>
#include <string>

namespace hpcadvise::cli {

struct VerifyOptions {
  JobOptions job;
  std::filesystem::path log;
  std::string log_format;  // empty: what it looks like
  std::string plan;        // "tp=8,pp=4,..." or a plan file
  bool calibrate = false;
  std::filesystem::path output;  // of `calibrate`
  Format format = Format::text;
};

void add_verify_command(CLI::App& app, Action& chosen);

// Done whether or not the prediction holds: the answer says. UsageError and FileError for a log, a plan or options
// that do not belong together.
profiles::ExitCode run_verify_command(VerifyOptions const& options, Output& output);

}  // namespace hpcadvise::cli

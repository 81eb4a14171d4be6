// SPDX-License-Identifier: Apache-2.0
#pragma once

// hpcadvise advise: how to train this model on these devices.

#include "cli/command.hpp"
#include "cli/job_options.hpp"

#include <cstddef>
#include <string>

namespace hpcadvise::cli {

struct AdviseOptions {
  JobOptions job;
  std::string devices;  // "64" or "8..1024"
  std::size_t top = 5;
  Format format = Format::text;
};

void add_advise_command(CLI::App& app, Action& chosen);

// ExitCode::nothing_fits when no plan fits: the answer then says what comes closest.
profiles::ExitCode run_advise_command(AdviseOptions const& options, Output& output);

}  // namespace hpcadvise::cli

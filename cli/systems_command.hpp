// SPDX-License-Identifier: Apache-2.0
#pragma once

// hpcadvise systems list | show NAME | detect

#include "cli/command.hpp"

#include <string>

namespace hpcadvise::cli {

struct SystemsOptions {
  std::string name;
  Format format = Format::text;
};

void add_systems_command(CLI::App& app, Action& chosen);

profiles::ExitCode run_systems_list(SystemsOptions const& options, Output& output);
profiles::ExitCode run_systems_show(SystemsOptions const& options, Output& output);
profiles::ExitCode run_systems_detect(SystemsOptions const& options, Output& output);

}  // namespace hpcadvise::cli

// SPDX-License-Identifier: Apache-2.0
#pragma once

// hpcadvise models list

#include "cli/command.hpp"

namespace hpcadvise::cli {

void add_models_command(CLI::App& app, Action& chosen);

profiles::ExitCode run_models_list(Format format, Output& output);

}  // namespace hpcadvise::cli

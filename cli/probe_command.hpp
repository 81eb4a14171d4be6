// SPDX-License-Identifier: Apache-2.0
#pragma once

// hpcadvise probe: measures this machine and writes its profile.

#include "cli/command.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hpcadvise::cli {

struct ProbeOptions {
  std::filesystem::path output;  // empty: into the store; "-": standard output
  std::optional<std::filesystem::path> store;
  std::string name;  // of the profile; empty: host and time
  std::string budget = "60s";
  std::vector<std::string> only;  // probes; empty: all
  std::string backend = "auto";
  std::optional<int> rank_count;
  std::string bind;  // "core", "numa"; empty: the probe's choice
  bool oversubscribe = false;
  std::optional<int> thread_count;
  Format format = Format::text;
};

void add_probe_command(CLI::App& app, Action& chosen);

// ExitCode::interrupted after Ctrl-C: what was measured has been written, marked partial where samples are missing.
profiles::ExitCode run_probe_command(ProbeOptions const& options, Output& output);

}  // namespace hpcadvise::cli

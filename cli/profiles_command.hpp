// SPDX-License-Identifier: Apache-2.0
#pragma once

// hpcadvise profiles list | show NAME | validate FILE... | export NAME

#include "cli/command.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hpcadvise::cli {

struct ProfilesOptions {
  std::optional<std::filesystem::path> store;
  std::string name;                          // of `show` and `export`: a file or an entry of the store
  std::vector<std::filesystem::path> files;  // of `validate`
  std::filesystem::path output;              // of `export`; empty: stdout
  bool where = false;                        // `list` prints paths only
  Format format = Format::text;
};

void add_profiles_command(CLI::App& app, Action& chosen);

profiles::ExitCode run_profiles_list(ProfilesOptions const& options, Output& output);
profiles::ExitCode run_profiles_show(ProfilesOptions const& options, Output& output);
// 0 when every file is valid, else 2: all files are looked at.
profiles::ExitCode run_profiles_validate(ProfilesOptions const& options, Output& output);
profiles::ExitCode run_profiles_export(ProfilesOptions const& options, Output& output);

}  // namespace hpcadvise::cli

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

namespace hpcadvise::probes::runner {

struct CommandLine {
  bool hello = false;
  std::filesystem::path plan;  // "-": stdin
  std::optional<int> ranks;    // that MPI joins, this process one of them; not given: those of a launcher that shows
};

// Prints help and version. The exit code when there is nothing left to do.
std::optional<int> parse_command_line(int count, char const* const* arguments, CommandLine& command_line);

}  // namespace hpcadvise::probes::runner

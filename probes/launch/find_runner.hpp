// SPDX-License-Identifier: Apache-2.0
#pragma once

// The executable that measures.

#include <filesystem>
#include <string>
#include <string_view>

namespace hpcadvise::probes {

struct RunnerSearch {
  std::string override_variable;     // the value of HPCADVISE_RUNNER
  std::filesystem::path own_folder;  // of this executable
  std::string path;                  // the value of PATH
};

RunnerSearch default_runner_search();

// "hpcadvise-runner-host-x86_64"
std::string runner_name(std::string_view backend, std::string_view architecture);

// What HPCADVISE_RUNNER names, else beside this executable, in PATH, in ../libexec. What was named and is not there is
// an error: no other is taken in its place. Throws MachineError with the places looked at.
std::filesystem::path find_runner(std::string_view name, RunnerSearch const& search);

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/find_runner.hpp"

#include "probes/launch/find_program.hpp"
#include "profiles/error.hpp"

#include <fmt/format.h>

#include <array>

namespace hpcadvise::probes {

namespace fs = std::filesystem;

RunnerSearch default_runner_search() {
  std::error_code error;
  fs::path const self = fs::read_symlink("/proc/self/exe", error);
  return {environment_value("HPCADVISE_RUNNER"), self.parent_path(), environment_value("PATH")};
}

std::string runner_name(std::string_view backend, std::string_view architecture) {
  return fmt::format("hpcadvise-runner-{}-{}", backend, architecture);
}

fs::path find_runner(std::string_view name, RunnerSearch const& search) {
  if (!search.override_variable.empty()) {
    if (is_executable_file(search.override_variable)) return fs::absolute(search.override_variable);
    throw profiles::MachineError(
        fmt::format("the runner '{}' named by HPCADVISE_RUNNER is not an executable file", search.override_variable),
        "set it to the path of a runner, or unset it to have one found");
  }
  if (auto const beside = search.own_folder / name; is_executable_file(beside)) return beside;
  if (auto const found = find_program(name, search.path)) return fs::absolute(*found);
  std::array const libexec{search.own_folder / "../libexec" / name, search.own_folder / "../libexec/hpcadvise" / name};
  for (auto const& file : libexec)
    if (is_executable_file(file)) return fs::absolute(file).lexically_normal();
  throw profiles::MachineError(
      fmt::format("no runner '{}' was found: looked beside this program ({}), in PATH and in ../libexec", name,
                  search.own_folder.string()),
      "build it (it needs Kokkos: cmake -D HPCADVISE_BUILD_RUNNER=ON), or name it in HPCADVISE_RUNNER");
}

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/find_program.hpp"

#include <unistd.h>

namespace hpcadvise::probes {

namespace fs = std::filesystem;

bool is_executable_file(fs::path const& file) {
  std::error_code error;
  return fs::is_regular_file(file, error) && ::access(file.c_str(), X_OK) == 0;
}

std::optional<fs::path> find_program(std::string_view name, std::string_view path) {
  while (!path.empty()) {
    auto const colon = path.find(':');
    fs::path const folder(path.substr(0, colon));
    path = colon == std::string_view::npos ? std::string_view() : path.substr(colon + 1);
    if (!folder.empty() && is_executable_file(folder / name)) return folder / name;
  }
  return std::nullopt;
}

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#include "profiles/embedded_files.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

namespace hpcadvise::profiles {

std::vector<std::string> stems_of(std::span<EmbeddedFile const> files) {
  std::vector<std::string> names;
  for (EmbeddedFile const& file : files) names.push_back(std::filesystem::path(file.name).stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string_view embedded_schema(std::string_view name) {
  for (EmbeddedFile const& file : embedded_schemas())
    if (file.name == name) return file.text;
  throw std::logic_error(std::string(name) + " is not embedded");
}

}  // namespace hpcadvise::profiles

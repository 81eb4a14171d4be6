// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "profiles/environment.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace hpcadvise::probes {

bool is_executable_file(std::filesystem::path const& file);

// In the folders of `path` (as PATH has them), the first that holds an executable file of that name.
std::optional<std::filesystem::path> find_program(std::string_view name, std::string_view path);

using profiles::environment_value;

}  // namespace hpcadvise::probes

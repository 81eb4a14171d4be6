// SPDX-License-Identifier: Apache-2.0
#pragma once

// Folders and numbers as the kernel and its drivers show them.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace hpcadvise::probes {

// What is in a folder, in order of its names; empty if it is not there.
std::vector<std::filesystem::path> entries(std::filesystem::path const& folder);

// The whole text as one.
std::optional<std::int64_t> parse_integer(std::string_view text);

// The first word of a file as a number, and a finite one: "16.0 GT/s" is 16.
std::optional<double> number_in(std::filesystem::path const& file);

}  // namespace hpcadvise::probes

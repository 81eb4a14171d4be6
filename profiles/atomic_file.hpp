// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whole files in and out, with errors that say what to do.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace hpcadvise::profiles {

// Throws FileError if it cannot be read, is a directory, or is larger than `most_bytes`.
std::string read_text_file(std::filesystem::path const& file, std::uintmax_t most_bytes = 256u << 20);

// Writes beside the target, syncs, renames; creates missing parent directories. Throws FileError.
void write_file_atomically(std::filesystem::path const& file, std::string_view text);

}  // namespace hpcadvise::profiles

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

// Writes beside the target, syncs, renames; creates missing parent directories. What is no regular file, a pipe or a
// terminal, is written to as it is. Throws FileError.
void write_file_atomically(std::filesystem::path const& file, std::string_view text);

// Writes a file that was not there, <folder>/<stem>-XXXXXX<suffix> with letters of its own for the X, which its user
// alone may read; follows no link. Returns its name. Throws FileError.
std::filesystem::path write_new_file(std::filesystem::path const& folder, std::string_view stem,
                                     std::string_view suffix, std::string_view text);

// Whether it can be written again and again, each time in place of the last: a regular file, or none yet.
bool can_be_replaced(std::filesystem::path const& file);

// Whether a descriptor of this process has just that open, by whatever name: /dev/stdout, a redirection's target.
bool is_open_as(std::filesystem::path const& file, int descriptor);

}  // namespace hpcadvise::profiles

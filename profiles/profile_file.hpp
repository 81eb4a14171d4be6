// SPDX-License-Identifier: Apache-2.0
#pragma once

// MachineProfile <-> JSON file.

#include "profiles/machine_profile.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace hpcadvise::profiles {

// The whole file, keys in a fixed order, ending in a newline. Non-finite numbers are a bug: throws std::logic_error.
std::string profile_to_json(MachineProfile const& profile);

// Throws FileError with `file` and a JSON pointer: malformed or truncated text, a missing key, a wrong type, a
// non-finite or negative time, another schema_version, a file over 256 MiB.
MachineProfile profile_from_json(std::string_view text, std::filesystem::path const& file);

MachineProfile read_profile(std::filesystem::path const& file);

// Atomic: writes beside the target, syncs, renames. A reader sees the old file or the whole new one; on failure
// (unwritable, disk full) the old one stands and FileError says which step failed.
void write_profile(MachineProfile const& profile, std::filesystem::path const& file);

// The JSON Schema that ships, as text.
std::string_view machine_profile_schema();

}  // namespace hpcadvise::profiles

// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where profiles are kept between runs: one JSON file each, in one folder.

#include "profiles/machine_profile.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::profiles {

// `--store` if given, else HPCADVISE_STORE, else $XDG_DATA_HOME/hpcadvise, else ~/.local/share/hpcadvise.
std::filesystem::path store_directory(std::optional<std::filesystem::path> const& option);

struct StoreEntry {
  std::string name;
  std::filesystem::path file;
  std::string problem;  // why it cannot be read; empty if it can
};

// By name. A broken file is an entry with its problem, not an error. An absent folder holds nothing.
std::vector<StoreEntry> list_store(std::filesystem::path const& store);

// A path if it names a file, else an entry of the store. Throws UsageError with the nearest names.
std::filesystem::path find_profile(std::filesystem::path const& store, std::string_view name_or_path);

// Throws UsageError unless `name` can be an entry: letters, digits, '.', '_' and '-', not empty, no dot in front.
void check_profile_name(std::string_view name);

// "<host name>-<yyyymmdd-hhmmss>", made of characters that are safe in a file name.
std::string default_profile_name(MachineProfile const& profile);

}  // namespace hpcadvise::profiles

// SPDX-License-Identifier: Apache-2.0
#include "profiles/profile_store.hpp"

#include "profiles/environment.hpp"
#include "profiles/error.hpp"
#include "profiles/nearest_name.hpp"
#include "profiles/profile_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>

namespace hpcadvise::profiles {
namespace {

namespace fs = std::filesystem;

// Nothing if unset or empty.
std::optional<fs::path> path_from_environment(char const* name) {
  auto const value = environment_value(name);
  if (value.empty()) return std::nullopt;
  return fs::path(value);
}

std::vector<fs::path> profile_files(fs::path const& store) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::directory_iterator entry(store, error);
  if (error == std::errc::no_such_file_or_directory) return files;
  for (fs::directory_iterator const end; !error && entry != end; entry.increment(error))
    if (entry->path().extension() == ".json" && !fs::is_directory(entry->status())) files.push_back(entry->path());
  if (error) throw FileError(store, "", "cannot list the store: " + error.message(), "name another with --store");
  std::sort(files.begin(), files.end());
  return files;
}

std::string problem_of(fs::path const& file) {
  try {
    read_profile(file);
    return "";
  } catch (Error const& error) {
    return error.what();
  }
}

bool is_safe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

// "2026-11-22T13:01:00Z" -> "20261122-130100"
std::string compact_time(std::string_view utc) {
  std::string compact;
  for (char const c : utc) {
    if (c >= '0' && c <= '9') compact += c;
    if (c == 'T') compact += '-';
  }
  return compact;
}

}  // namespace

fs::path store_directory(std::optional<fs::path> const& option) {
  if (option) return *option;
  if (auto const store = path_from_environment("HPCADVISE_STORE")) return *store;
  // The base directory specification ignores relative paths here.
  if (auto const data = path_from_environment("XDG_DATA_HOME"); data && data->is_absolute()) return *data / "hpcadvise";
  if (auto const home = path_from_environment("HOME")) return *home / ".local" / "share" / "hpcadvise";
  throw UsageError("no folder to keep profiles in: HOME is not set", "name one with --store or HPCADVISE_STORE");
}

std::vector<StoreEntry> list_store(fs::path const& store) {
  std::vector<StoreEntry> entries;
  for (fs::path const& file : profile_files(store))
    entries.push_back({.name = file.stem().string(), .file = file, .problem = problem_of(file)});
  return entries;
}

fs::path find_profile(fs::path const& store, std::string_view name_or_path) {
  std::error_code error;
  if (fs::path path(name_or_path); fs::exists(path, error) && !fs::is_directory(path, error)) return path;

  std::vector<std::string> names;
  for (fs::path const& file : profile_files(store)) {
    names.push_back(file.stem().string());
    if (names.back() == name_or_path || file.filename() == name_or_path) return file;
  }
  auto const nearest = nearest_name(name_or_path, names);
  throw UsageError(fmt::format("no profile '{}': neither a file nor in the store {}", name_or_path, store.string()),
                   nearest         ? fmt::format("did you mean '{}'?", *nearest)
                   : names.empty() ? "measure one with `hpcadvise probe`"
                                   : "see `hpcadvise profiles list`");
}

std::string default_profile_name(MachineProfile const& profile) {
  std::string name = profile.host.host_name.empty() ? "host" : profile.host.host_name;
  // A leading dot would hide the file.
  if (name.front() == '.') name.front() = '_';
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !is_safe(c); }, '_');
  constexpr std::size_t longest = 64;
  return fmt::format("{}-{}", name.substr(0, longest), compact_time(profile.provenance.started_utc));
}

void check_profile_name(std::string_view name) {
  if (!name.empty() && name.front() != '.' && std::all_of(name.begin(), name.end(), is_safe)) return;
  throw UsageError(fmt::format("'{}' cannot name a profile", name),
                   "use letters, digits, '.', '_' and '-', and no dot in front; a path goes to --output");
}

}  // namespace hpcadvise::profiles

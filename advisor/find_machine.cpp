// SPDX-License-Identifier: Apache-2.0
#include "advisor/machine.hpp"
#include "profiles/error.hpp"
#include "profiles/nearest_name.hpp"
#include "profiles/profile_file.hpp"
#include "profiles/profile_store.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hpcadvise::advisor {
namespace {

[[noreturn]] void unknown_machine(std::string_view text, std::filesystem::path const& store) {
  if (profiles::has_device(text))
    throw profiles::UsageError(fmt::format("machine '{}' is a device, not a machine", text),
                               fmt::format("write device={},devices-per-node=8", text));
  auto known = profiles::system_names();
  for (auto const& entry : profiles::list_store(store)) known.push_back(entry.name);
  auto const nearest = profiles::nearest_name(text, known);
  throw profiles::UsageError(
      fmt::format("machine '{}': no such system, profile or file", text),
      nearest ? fmt::format("did you mean '{}'?", *nearest)
              : fmt::format("name one of {}; a profile file; or compose one: device=h100-sxm-80gb,devices-per-node=8",
                            fmt::join(known, ", ")));
}

bool in_store(std::string_view text, std::filesystem::path const& store) {
  auto const entries = profiles::list_store(store);
  return std::any_of(entries.begin(), entries.end(), [&](auto const& entry) { return entry.name == text; });
}

}  // namespace

Machine find_machine(std::string_view text, std::filesystem::path const& store) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(text, ignored) || in_store(text, store))
    return machine_from_profile(profiles::read_profile(profiles::find_profile(store, text)));
  if (profiles::has_system(text)) return machine_from_system(profiles::system_description(text));
  if (text.find('=') != std::string_view::npos) return machine_from_parts(composed_machine_from_text(text));
  unknown_machine(text, store);
}

}  // namespace hpcadvise::advisor

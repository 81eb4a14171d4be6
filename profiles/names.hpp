// SPDX-License-Identifier: Apache-2.0
#pragma once

// One table serves both ways between an enumerator and its name in files and messages.

#include <optional>
#include <span>
#include <string_view>

namespace hpcadvise::profiles {

template <class Enum>
struct Name {
  Enum value;
  std::string_view name;
};

// Empty for a value that the table lacks.
template <class Enum>
constexpr std::string_view name_of(Enum value, std::span<Name<Enum> const> names) {
  for (Name<Enum> const& row : names)
    if (row.value == value) return row.name;
  return {};
}

template <class Enum>
constexpr std::optional<Enum> value_of(std::string_view name, std::span<Name<Enum> const> names) {
  for (Name<Enum> const& row : names)
    if (row.name == name) return row.value;
  return std::nullopt;
}

}  // namespace hpcadvise::profiles

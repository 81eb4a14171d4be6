// SPDX-License-Identifier: Apache-2.0
#include "profiles/nearest_name.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace hpcadvise::profiles {
namespace {

// ASCII only, whatever the locale: names are ASCII.
std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
  return lower;
}

// Levenshtein distance, one row of the table at a time.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      std::size_t const replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<std::string> nearest_name(std::string_view typed, std::vector<std::string> const& known) {
  // No name is this long, and the distance costs the product of both lengths.
  if (typed.empty() || typed.size() > 256) return std::nullopt;
  std::string const wanted = lower_case(typed);

  std::optional<std::string> nearest;
  std::size_t least = 0;
  for (std::string const& name : known) {
    std::size_t const distance = edit_distance(wanted, lower_case(name));
    if (3 * distance > std::max(wanted.size(), name.size())) continue;
    if (nearest && distance >= least) continue;
    nearest = name;
    least = distance;
  }
  if (nearest) return nearest;

  auto const begins = [&](std::string const& name) { return lower_case(name).starts_with(wanted); };
  auto const prefixed = std::find_if(known.begin(), known.end(), begins);
  return prefixed == known.end() ? std::nullopt : std::optional(*prefixed);
}

std::string known_names(std::string_view typed, std::vector<std::string> const& known) {
  auto const nearest = nearest_name(typed, known);
  return nearest ? fmt::format("did you mean '{}'? Known: {}", *nearest, fmt::join(known, ", "))
                 : fmt::format("known: {}", fmt::join(known, ", "));
}

}  // namespace hpcadvise::profiles

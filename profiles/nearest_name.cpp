// SPDX-License-Identifier: Apache-2.0
#include "profiles/nearest_name.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <tuple>
#include <utility>

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

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "llama-3.1-8b" -> {"3", "1", "8"}
std::vector<std::string_view> numbers_of(std::string_view name) {
  std::vector<std::string_view> numbers;
  while (!name.empty()) {
    auto const begin = std::find_if(name.begin(), name.end(), is_digit);
    auto const end = std::find_if_not(begin, name.end(), is_digit);
    if (begin != end) numbers.push_back(name.substr(std::size_t(begin - name.begin()), std::size_t(end - begin)));
    name.remove_prefix(std::size_t(end - name.begin()));
  }
  return numbers;
}

// Whether all of `some` stand in `all`, in their order.
bool are_among(std::vector<std::string_view> const& some, std::vector<std::string_view> const& all) {
  auto next = all.begin();
  for (auto const number : some) {
    next = std::find(next, all.end(), number);
    if (next == all.end()) return false;
    ++next;
  }
  return true;
}

// One may leave numbers out ("h100-80gb", "h100-sxm5-80gb"), but the model's own, which comes first, not change it.
bool numbers_agree(std::string_view typed, std::string_view name) {
  auto const in_typed = numbers_of(typed);
  auto const in_name = numbers_of(name);
  if (are_among(in_typed, in_name)) return true;
  return are_among(in_name, in_typed) && (in_name.empty() || in_name.front() == in_typed.front());
}

// Up to the last '-' or '_' before which both are the same.
std::size_t common_parts(std::string_view typed, std::string_view name) {
  auto const differ = std::mismatch(typed.begin(), typed.end(), name.begin(), name.end()).first;
  auto const same = typed.substr(0, std::size_t(differ - typed.begin()));
  auto const joint = same.find_last_of("-_");
  return joint == std::string_view::npos ? 0 : joint + 1;
}

// How near a name is: by its kind of likeness, then within that. Smaller is nearer.
struct Likeness {
  enum Kind { begins, contains, edited, shares_parts, none } kind = none;
  std::size_t away = 0;      // what must be equal to the nearest's
  std::size_t distance = 0;  // what the others are ordered by

  bool is_as(Likeness const& other) const { return kind == other.kind && away == other.away; }
};

Likeness likeness_of(std::string_view typed, std::string_view name) {
  constexpr std::size_t shortest_inside = 3;
  std::size_t const distance = edit_distance(typed, name);
  if (name.starts_with(typed)) return {Likeness::begins, 0, distance};
  if (typed.size() >= shortest_inside && name.find(typed) != std::string_view::npos)
    return {Likeness::contains, 0, distance};
  if (3 * distance <= std::max(typed.size(), name.size()) && numbers_agree(typed, name))
    return {Likeness::edited, distance, distance};
  if (auto const common = common_parts(typed, name); common > 0)
    return {Likeness::shares_parts, typed.size() - common, distance};
  return {};
}

}  // namespace

std::vector<std::string> nearest_names(std::string_view typed, std::vector<std::string> const& known) {
  constexpr std::size_t most = 3;
  // No name is this long, and the distance costs the product of both lengths.
  if (typed.empty() || typed.size() > 256) return {};
  std::string const wanted = lower_case(typed);

  std::vector<std::pair<Likeness, std::string>> found;
  for (std::string const& name : known)
    if (auto const likeness = likeness_of(wanted, lower_case(name)); likeness.kind != Likeness::none)
      found.emplace_back(likeness, name);
  std::stable_sort(found.begin(), found.end(), [](auto const& left, auto const& right) {
    return std::tie(left.first.kind, left.first.away, left.first.distance) <
           std::tie(right.first.kind, right.first.away, right.first.distance);
  });

  std::vector<std::string> names;
  for (auto const& [likeness, name] : found)
    if (names.size() < most && likeness.is_as(found.front().first)) names.push_back(name);
  return names;
}

std::optional<std::string> nearest_name(std::string_view typed, std::vector<std::string> const& known) {
  auto const names = nearest_names(typed, known);
  return names.empty() ? std::nullopt : std::optional(names.front());
}

std::string did_you_mean(std::string_view typed, std::vector<std::string> const& known) {
  auto names = nearest_names(typed, known);
  if (names.empty()) return {};
  auto const last = fmt::format("'{}'", names.back());
  names.pop_back();
  return names.empty() ? fmt::format("did you mean {}?", last)
                       : fmt::format("did you mean '{}' or {}?", fmt::join(names, "', '"), last);
}

std::string known_names(std::string_view typed, std::vector<std::string> const& known) {
  auto const guess = did_you_mean(typed, known);
  return guess.empty() ? fmt::format("known: {}", fmt::join(known, ", "))
                       : fmt::format("{} Known: {}", guess, fmt::join(known, ", "));
}

}  // namespace hpcadvise::profiles

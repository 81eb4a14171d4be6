// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/garbage.hpp"

#include "probes/launch/child_process.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>

namespace hpcadvise::probes {
namespace {

void quote(Garbage& garbage, std::string const& text) {
  constexpr std::size_t most_quotes = 3;
  auto& quotes = garbage.quotes;
  if (quotes.size() < most_quotes && std::ranges::find(quotes, text) == quotes.end()) quotes.push_back(text);
}

}  // namespace

void add_line(Garbage& garbage, std::string_view line) {
  constexpr std::size_t longest_quote = 80;
  ++garbage.line_count;
  quote(garbage, fmt::format("'{}'", sanitized(line, longest_quote)));
}

void add(Garbage& total, Garbage const& other) {
  total.line_count += other.line_count;
  for (auto const& text : other.quotes) quote(total, text);
}

std::optional<profiles::Finding> garbage_finding(Garbage const& garbage) {
  if (garbage.line_count == 0) return std::nullopt;
  return profiles::Finding{
      .kind = "garbage_output",
      .severity = profiles::Severity::warning,
      .seen = fmt::format("{} {} of the runner's output made no sense and {} ignored: {}", garbage.line_count,
                          garbage.line_count == 1 ? "line" : "lines", garbage.line_count == 1 ? "was" : "were",
                          fmt::join(garbage.quotes, ", ")),
      .expected = "one JSON object a line, each at its place",
      .cost = "none, if every sample is there",
      .next_step = "look for a library or a module that prints to stdout"};
}

}  // namespace hpcadvise::probes

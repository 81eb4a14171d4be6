// SPDX-License-Identifier: Apache-2.0
#include "cli/device_range.hpp"

#include "profiles/error.hpp"

#include <fmt/format.h>

#include <charconv>

namespace hpcadvise::cli {
namespace {

constexpr std::int64_t most_devices = 10'000'000;

std::int64_t parse_count(std::string_view text, std::string_view whole) {
  std::int64_t count = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size() || count < 1 || count > most_devices)
    throw profiles::UsageError(fmt::format("--devices {}: '{}' is not a count from 1 to {}", whole, text, most_devices),
                               "Write a count such as 64, or a range such as 8..1024.");
  return count;
}

}  // namespace

std::vector<std::int64_t> device_counts(std::string_view text) {
  auto const dots = text.find("..");
  if (dots == std::string_view::npos) return {parse_count(text, text)};
  auto const first = parse_count(text.substr(0, dots), text);
  auto const last = parse_count(text.substr(dots + 2), text);
  if (last < first)
    throw profiles::UsageError(fmt::format("--devices {}: the end lies below the start", text),
                               fmt::format("Write {}..{}.", last, first));
  std::vector<std::int64_t> counts;
  for (auto count = first; count < last; count *= 2) counts.push_back(count);
  counts.push_back(last);
  return counts;
}

}  // namespace hpcadvise::cli

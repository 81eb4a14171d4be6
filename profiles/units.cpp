// SPDX-License-Identifier: Apache-2.0
#include "profiles/units.hpp"

#include "profiles/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <span>

namespace hpcadvise::profiles {
namespace {

// A value is shown in the largest unit whose `from` it reaches once it is rounded.
struct Unit {
  double size;
  double from;
  std::string_view name;
};

// "90.0 s" says more than "1.50 min": minutes, hours and days start at two.
constexpr Unit time_units[] = {
    {1e-9, 0, "ns"},  {1e-6, 1e-6, "us"}, {1e-3, 1e-3, "ms"},      {1, 1, "s"},
    {60, 120, "min"}, {3600, 7200, "h"},  {86400, 172800, "days"},
};
constexpr Unit binary_units[] = {
    {1, 0, "B"},
    {0x1p10, 0x1p10, "KiB"},
    {0x1p20, 0x1p20, "MiB"},
    {0x1p30, 0x1p30, "GiB"},
    {0x1p40, 0x1p40, "TiB"},
    {0x1p50, 0x1p50, "PiB"},
};
constexpr Unit decimal_units[] = {
    {1, 0, ""},        {1e3, 1e3, "k"},   {1e6, 1e6, "M"},   {1e9, 1e9, "G"},
    {1e12, 1e12, "T"}, {1e15, 1e15, "P"}, {1e18, 1e18, "E"},
};
constexpr Unit count_units[] = {{1, 0, ""}, {1e6, 1e6, " M"}, {1e9, 1e9, " B"}, {1e12, 1e12, " T"}};

// Three significant digits, and never fewer than the whole part has: "1.23", "12.3", "1023".
std::string three_digits(double value) {
  double const magnitude = std::abs(value);
  if (magnitude == 0) return "0";
  if (magnitude < 1e-3) return fmt::format("{:.3g}", value);
  double const rounded = std::strtod(fmt::format("{:.2e}", magnitude).c_str(), nullptr);
  int const decimals = std::max(0, 2 - int(std::floor(std::log10(rounded))));
  return fmt::format("{:.{}f}", value, decimals);
}

struct Scaled {
  std::string digits;
  std::string_view unit;
};

// Precondition: finite.
Scaled scale(double value, std::span<Unit const> units) {
  for (auto unit = units.begin();; ++unit) {
    std::string digits = three_digits(value / unit->size);
    auto const next = std::next(unit);
    if (next == units.end()) return {std::move(digits), unit->name};
    double const shown = std::abs(std::strtod(digits.c_str(), nullptr)) * unit->size;
    constexpr double rounding = 1 - 1e-12;  // 1000 * 1e-6 may fall short of 1e-3
    if (shown < next->from * rounding) return {std::move(digits), unit->name};
  }
}

std::string format_scaled(double value, std::span<Unit const> units, std::string_view base) {
  if (!std::isfinite(value)) return "unknown";
  auto const [digits, unit] = scale(value, units);
  return fmt::format("{} {}{}", digits, unit, base);
}

// Both ends in the unit of `like`.
std::string format_range(double low, double high, double like, std::span<Unit const> units) {
  if (!std::isfinite(low) || !std::isfinite(high) || !std::isfinite(like)) return "unknown";
  auto const name = scale(like, units).unit;
  for (Unit const& unit : units)
    if (unit.name == name) return three_digits(low / unit.size) + ".." + three_digits(high / unit.size);
  return "unknown";
}

// "16384" -> "16,384"
std::string with_separators(std::string digits) {
  std::size_t const first = digits.starts_with('-') ? 1 : 0;
  for (std::size_t i = digits.size(); i > first + 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string format_hertz(double hertz) { return format_scaled(hertz, decimal_units, "Hz"); }
std::string format_watts(double watts) { return format_scaled(watts, decimal_units, "W"); }
std::string format_joules(double joules) { return format_scaled(joules, decimal_units, "J"); }
std::string format_flops(double flops) { return format_scaled(flops, decimal_units, "FLOP"); }

// A suffix that ends in another stands before it.
struct Suffix {
  std::string_view text;
  std::string (*format)(double);
};
constexpr Suffix suffixes[] = {
    {"flops_per_s", format_flops_per_s},
    {"bytes_per_s", format_bytes_per_s},
    {"flops", format_flops},
    {"bytes", format_bytes},
    {"hz", format_hertz},
    {"w", format_watts},
    {"j", format_joules},
    {"share", format_ratio_as_percent},
};

// "bus_bytes" and "bytes" have the suffix "bytes"; "kilobytes" has not.
bool has_suffix(std::string_view key, std::string_view suffix) {
  if (!key.ends_with(suffix)) return false;
  return key.size() == suffix.size() || key[key.size() - suffix.size() - 1] == '_';
}

struct DurationUnit {
  std::string_view name;
  double seconds;
};
constexpr DurationUnit duration_units[] = {{"", 1},     {"s", 1},    {"ms", 1e-3}, {"m", 60},
                                           {"min", 60}, {"h", 3600}, {"d", 86400}};

}  // namespace

std::string format_seconds(double seconds) { return seconds == 0 ? "0 s" : format_scaled(seconds, time_units, ""); }

std::string format_seconds_range(double low_s, double high_s, double like_s) {
  return format_range(low_s, high_s, like_s, time_units);
}

std::string format_rate_range(double low_per_s, double high_per_s, double like_per_s) {
  return format_range(low_per_s, high_per_s, like_per_s, decimal_units);
}

std::string format_bytes(double bytes) {
  bool const whole = std::abs(bytes) < 1024 && bytes == std::floor(bytes);
  return whole ? fmt::format("{:.0f} B", bytes) : format_scaled(bytes, binary_units, "");
}

std::string format_bytes_per_s(double bytes_per_s) { return format_scaled(bytes_per_s, decimal_units, "B/s"); }
std::string format_flops_per_s(double flops_per_s) { return format_scaled(flops_per_s, decimal_units, "FLOP/s"); }

std::string format_count(double count) {
  if (!std::isfinite(count)) return "unknown";
  bool const whole = count == std::floor(count) || std::abs(count) >= 1000;
  if (whole && std::abs(std::round(count)) < 1e6) return with_separators(fmt::format("{:.0f}", count));
  auto const [digits, unit] = scale(count, count_units);
  return fmt::format("{}{}", digits, unit);
}

std::string format_counted(double count, std::string_view noun, std::string_view plural) {
  auto const digits = format_count(count);
  if (digits == "1") return fmt::format("1 {}", noun);
  return plural.empty() ? fmt::format("{} {}s", digits, noun) : fmt::format("{} {}", digits, plural);
}

std::string plural(std::string_view unit) {
  auto const noun = unit.substr(0, unit.find(' '));
  return fmt::format("{}s{}", noun, unit.substr(noun.size()));
}

std::string format_ratio_as_percent(double ratio) {
  if (!std::isfinite(ratio)) return "unknown";
  return three_digits(ratio * 100) + " %";
}

std::string format_by_suffix(std::string_view key, double value) {
  for (Suffix const& suffix : suffixes)
    if (has_suffix(key, suffix.text)) return suffix.format(value);
  if (has_suffix(key, "per_s")) return format_scaled(value, decimal_units, "/s");
  if (has_suffix(key, "s")) return format_seconds(value);
  return format_count(value);
}

double parse_duration_s(std::string_view text) {
  double value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  std::string_view const unit_name(end, std::size_t(text.data() + text.size() - end));
  for (DurationUnit const& unit : duration_units) {
    double const seconds = value * unit.seconds;
    if (error == std::errc{} && unit.name == unit_name && std::isfinite(seconds) && seconds > 0) return seconds;
  }
  throw UsageError(fmt::format("'{}' is not a duration above zero", text),
                   "write a number and a unit, such as 90s, 5m or 1.5h");
}

}  // namespace hpcadvise::profiles

// SPDX-License-Identifier: Apache-2.0
#include "probes/load_findings.hpp"

#include "probes/stopping_rule.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <ranges>
#include <string>
#include <string_view>

namespace hpcadvise::probes {
namespace {

using profiles::Sample;

constexpr double slower_by = 0.03;

// How many readings it takes from the beginning of a range.
template <class Readings>
std::size_t window_count(Readings&& readings_s, std::int64_t calls_per_reading, double window_s) {
  constexpr std::size_t least = 6;
  double total_s = 0;
  std::size_t count = 0;
  for (double const reading_s : readings_s) {
    total_s += reading_s * double(calls_per_reading);
    ++count;
    if (count >= least && total_s >= window_s) break;
  }
  return count;
}

// "clock 1.98 GHz -> 1.41 GHz, 84 C": before the load and right after it, as far as there are sensors.
std::string state_text(Sample const& sample) {
  struct Row {
    std::string_view reading;
    std::string_view name;
    double unit;
    std::string_view unit_name;
  };
  constexpr std::array rows{Row{"clock_hz", "clock", 1e9, "GHz"}, Row{"temperature_celsius", "temperature", 1, "C"},
                            Row{"power_w", "power", 1, "W"}};
  std::string text;
  for (Row const& row : rows) {
    auto const before = sample.sensors_before.find(std::string(row.reading));
    auto const after = sample.sensors_after.find(std::string(row.reading));
    if (before == sample.sensors_before.end() || after == sample.sensors_after.end()) continue;
    text += fmt::format("; {} {:.3g} to {:.3g} {}", row.name, before->second / row.unit, after->second / row.unit,
                        row.unit_name);
  }
  return text;
}

profiles::Finding slows_under_load(Sample const& sample, profiles::Rate const& first, profiles::Rate const& last) {
  return {.kind = "slows_under_load",
          .severity = profiles::Severity::warning,
          .seen = fmt::format("{} gave {} in the first second and {} in the last of {}{}", sample_key(sample),
                              profiles::format_flops_per_s(first.median), profiles::format_flops_per_s(last.median),
                              profiles::format_seconds(sample.timing->total_s), state_text(sample)),
          .expected = "a rate that holds, for a training run works on for days",
          .cost = fmt::format("a run computes at the last rate: short readings promise {} more",
                              profiles::format_ratio_as_percent(first.median / last.median - 1)),
          .next_step = "look for other load, at the power cap, the cooling and the throttle reasons; compare nodes"};
}

}  // namespace

std::optional<FirstAndLast> first_and_last(profiles::Timing const& timing, double window_s) {
  std::span<double const> const readings_s = timing.readings_s;
  auto const first = window_count(readings_s, timing.calls_per_reading, window_s);
  auto const last = window_count(readings_s | std::views::reverse, timing.calls_per_reading, window_s);
  if (readings_s.empty() || first + last > readings_s.size()) return std::nullopt;
  return FirstAndLast{summarize(readings_s.first(first), timing.calls_per_reading),
                      summarize(readings_s.last(last), timing.calls_per_reading)};
}

std::vector<profiles::Finding> load_findings(profiles::MachineProfile const& profile) {
  std::vector<profiles::Finding> findings;
  for (Sample const& sample : profile.samples) {
    if (sample.probe != "sustained" || sample.status != profiles::SampleStatus::ok || !sample.timing) continue;
    auto const first = sample.rates.find("first_second_flops_per_s");
    auto const last = sample.rates.find("last_second_flops_per_s");
    if (first == sample.rates.end() || last == sample.rates.end()) continue;
    if (last->second.high < (1 - slower_by) * first->second.low)
      findings.push_back(slows_under_load(sample, first->second, last->second));
  }
  return findings;
}

}  // namespace hpcadvise::probes

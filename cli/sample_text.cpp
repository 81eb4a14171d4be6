// SPDX-License-Identifier: Apache-2.0
#include "cli/sample_text.hpp"

#include "probes/stopping_rule.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace hpcadvise::cli {
namespace {

using profiles::Sample;

// L1 before L2, and the host's or the device's memory last.
std::tuple<bool, std::string, std::string> place_of_bandwidth(Sample const* sample) {
  auto const level = profiles::text_parameter(sample->parameters, "level").value_or("");
  return {level == "DRAM", level, profiles::text_parameter(sample->parameters, "kernel").value_or("")};
}

// "±1.2 %" of a median where both sides are about as wide.
std::optional<std::string> even_interval(double median, double low, double high, Terminal const& terminal) {
  constexpr double as_printed = 0.001;
  constexpr double about = 0.1;
  double const below = (median - low) / median;
  double const above = (high - median) / median;
  double const wider = std::max(below, above);
  if (!std::isfinite(wider) || wider - std::min(below, above) > std::max(as_printed, about * wider))
    return std::nullopt;
  return fmt::format("{}{:.1f} %", terminal.unicode ? "±" : "+-", 100 * wider);
}

// Fewer than six readings have no 95 % interval of the median.
std::optional<std::string> too_few_readings(Sample const& sample) {
  if (probes::median_interval_ranks(sample.timing->count)) return std::nullopt;
  return profiles::format_counted(sample.timing->count, "reading");
}

}  // namespace

bool is_ok(Sample const& sample) { return sample.status == profiles::SampleStatus::ok && sample.timing.has_value(); }

std::vector<Sample const*> samples_of(profiles::MachineProfile const& profile, std::string_view probe) {
  std::vector<Sample const*> samples;
  for (auto const& sample : profile.samples)
    if (sample.probe == probe) samples.push_back(&sample);
  if (probe == "memory") std::ranges::stable_sort(samples, {}, place_of_bandwidth);
  return samples;
}

std::optional<profiles::Rate> primary_rate(Sample const& sample, probes::Probe const& probe) {
  auto const found = sample.rates.find(std::string(probe.primary_rate));
  if (found == sample.rates.end()) return std::nullopt;
  return found->second;
}

std::string measured_text(Sample const& sample, probes::Probe const& probe) {
  auto const rate = primary_rate(sample, probe);
  return rate ? profiles::format_by_suffix(probe.primary_rate, rate->median)
              : profiles::format_seconds(sample.timing->median_s);
}

std::string interval_of_time(Sample const& sample, Terminal const& terminal) {
  if (auto const few = too_few_readings(sample)) return *few;
  auto const& timing = *sample.timing;
  auto const even = even_interval(timing.median_s, timing.low_s, timing.high_s, terminal);
  return even ? *even : profiles::format_seconds_range(timing.low_s, timing.high_s, timing.median_s);
}

std::string interval_text(Sample const& sample, probes::Probe const& probe, Terminal const& terminal) {
  auto const rate = primary_rate(sample, probe);
  if (!rate) return interval_of_time(sample, terminal);
  // A share comes from several times.
  if (probe.primary_rate.ends_with("_share"))
    return fmt::format("{:.0f} to {:.0f} %", 100 * rate->low, 100 * rate->high);
  if (auto const few = too_few_readings(sample)) return *few;
  auto const even = even_interval(rate->median, rate->low, rate->high, terminal);
  return even ? *even : profiles::format_rate_range(rate->low, rate->high, rate->median);
}

}  // namespace hpcadvise::cli

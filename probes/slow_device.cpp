// SPDX-License-Identifier: Apache-2.0
#include "probes/slow_device.hpp"

#include "profiles/order_statistics.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace hpcadvise::probes {
namespace {

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return profiles::quantile(values, 0.5);
}

// Of all but one: each bound is the median of theirs.
profiles::Rate siblings_of(std::size_t self, std::vector<DeviceRate> const& rates) {
  std::vector<double> medians;
  std::vector<double> lows;
  std::vector<double> highs;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    if (i == self) continue;
    medians.push_back(rates[i].rate.median);
    lows.push_back(rates[i].rate.low);
    highs.push_back(rates[i].rate.high);
  }
  return {median(medians), median(lows), median(highs)};
}

}  // namespace

std::vector<profiles::Finding> slow_devices(std::string_view sample_key, std::string_view rate_name,
                                            std::vector<DeviceRate> const& rates) {
  if (rates.size() < 2) return {};
  std::vector<std::string> slow;
  double worst = 1;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    auto const& rate = rates[i].rate;
    auto const siblings = siblings_of(i, rates);
    if (rate.median <= 0 || rate.median >= (1 - slow_device_share) * siblings.median || rate.high >= siblings.low)
      continue;
    worst = std::max(worst, siblings.median / rate.median);
    slow.push_back(fmt::format("{} gives {}, the median of its siblings is {}", rates[i].device,
                               profiles::format_by_suffix(rate_name, rate.median),
                               profiles::format_by_suffix(rate_name, siblings.median)));
  }
  if (slow.empty()) return {};
  return {
      {.kind = "slow_device",
       .severity = profiles::Severity::warning,
       .seen = fmt::format("{}: {}", sample_key, fmt::join(slow, "; ")),
       .expected = fmt::format("devices of one kind within {} of each other, or within their intervals",
                               profiles::format_ratio_as_percent(slow_device_share)),
       .cost = fmt::format("all wait for the slowest in each step: this work takes {:.2f} times as long", worst),
       .next_step = "compare its clock, temperature and power with its siblings'; leave its node out, and report it"}};
}

}  // namespace hpcadvise::probes

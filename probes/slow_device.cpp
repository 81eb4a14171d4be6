// SPDX-License-Identifier: Apache-2.0
#include "probes/slow_device.hpp"

#include "probes/probe.hpp"
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

// "GPU 2 at 0000:12:00.0"
std::string device_label(profiles::MachineProfile const& profile, std::int64_t device) {
  auto const place = static_cast<std::size_t>(device);
  bool const known = place < profile.devices.size() && profile.devices[place].gpu;
  return fmt::format("GPU {}{}", device, known ? " at " + profile.devices[place].gpu->pci_bus_id : "");
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

std::vector<profiles::Finding> slow_siblings(profiles::MachineProfile const& profile) {
  std::vector<profiles::Finding> result;
  for (auto const& probe : all_probes()) {
    std::string const rate_name(probe.primary_rate);
    std::string key;
    std::vector<DeviceRate> rates;
    for (auto const& sample : profile.samples) {
      if (sample.probe != probe.name || !profiles::compares_siblings(sample) || !sample.rates.contains(rate_name))
        continue;
      auto const device = profiles::integer_parameter(sample.parameters, "device").value_or(0);
      if (key.empty()) key = fmt::format("{}/{}", sample.probe, sample.provider);
      rates.push_back({device_label(profile, device), sample.rates.at(rate_name)});
    }
    for (auto& finding : slow_devices(key, rate_name, rates)) result.push_back(std::move(finding));
  }
  return result;
}

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#include "probes/uneven_links.hpp"

#include "profiles/order_statistics.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace hpcadvise::probes {
namespace {

using profiles::Rate;
using profiles::Sample;

constexpr double uneven_share = 0.5;
constexpr std::size_t least_count = 3;
constexpr std::int64_t long_bytes = 1 << 20;

// Of each device, or pair of devices, the best.
using Rates = std::map<std::string, Rate>;

std::string end_text(Sample const& sample) {
  auto const ordinal = profiles::integer_parameter(sample.parameters, "ordinal");
  return ordinal ? fmt::format("GPU {}", *ordinal) : "the measured GPU";
}

std::string name_of(Sample const& sample) {
  auto const peer = profiles::integer_parameter(sample.parameters, "peer");
  return peer ? fmt::format("{} to GPU {}", end_text(sample), *peer) : end_text(sample);
}

Rates rates_of(profiles::MachineProfile const& profile, std::string_view direction) {
  Rates rates;
  for (Sample const& sample : profile.samples) {
    auto const memory = profiles::text_parameter(sample.parameters, "memory").value_or("pinned");
    auto const bytes = profiles::integer_parameter(sample.parameters, "message_bytes").value_or(0);
    auto const rate = sample.rates.find("bytes_per_s");
    if (sample.probe != "link" || sample.status != profiles::SampleStatus::ok || rate == sample.rates.end() ||
        profiles::text_parameter(sample.parameters, "direction") != direction || memory != "pinned" ||
        bytes < long_bytes)
      continue;
    auto& best = rates[name_of(sample)];
    if (rate->second.median > best.median) best = rate->second;
  }
  return rates;
}

double median_of(Rates const& rates) {
  std::vector<double> medians;
  for (auto const& [name, rate] : rates) medians.push_back(rate.median);
  std::ranges::sort(medians);
  return profiles::quantile(medians, 0.5);
}

}  // namespace

std::vector<profiles::Finding> uneven_links(profiles::MachineProfile const& profile) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> directions{
      {{"host_to_device", "from the host"}, {"device_to_host", "to the host"}, {"device_to_device", "between GPUs"}}};
  std::vector<profiles::Finding> findings;
  bool const of_amd = !profile.devices.empty() && profile.devices.front().backend == "hip";
  for (auto const& [direction, words] : directions) {
    if (of_amd && direction == "device_to_device") continue;
    auto const rates = rates_of(profile, direction);
    if (rates.size() < least_count) continue;
    double const median = median_of(rates);
    std::vector<std::string> slow;
    for (auto const& [name, rate] : rates)
      if (rate.high < uneven_share * median)
        slow.push_back(fmt::format("{} {}", name, profiles::format_bytes_per_s(rate.median)));
    if (slow.empty()) continue;
    findings.push_back(
        {.kind = "uneven_links",
         .severity = profiles::Severity::warning,
         .seen = fmt::format("copies {}: {}; the median of {} is {}", words, fmt::join(slow, ", "), rates.size(),
                             profiles::format_bytes_per_s(median)),
         .expected = "links of a kind in a node of equal GPUs",
         .cost = "every rank of a collective, and of a step, waits for the slowest link",
         .next_step = "compare nvidia-smi topo -m and nvidia-smi nvlink -s, or rocm-smi --showtopo, with another node; "
                      "report it, and leave this node out"});
  }
  return findings;
}

}  // namespace hpcadvise::probes

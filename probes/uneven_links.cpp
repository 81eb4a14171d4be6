// SPDX-License-Identifier: Apache-2.0
#include "probes/uneven_links.hpp"

#include "probes/link_findings.hpp"
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

// Of each device, or pair of devices, the best.
using Rates = std::map<std::string, Rate>;

std::string measured_gpu(profiles::MachineProfile const& profile) {
  bool const is_known = !profile.devices.empty() && profile.devices.front().gpu && profile.devices.front().gpu->ordinal;
  return is_known ? fmt::format("GPU {}", *profile.devices.front().gpu->ordinal) : "the measured GPU";
}

std::string name_of(profiles::MachineProfile const& profile, Sample const& sample) {
  auto const ordinal = profiles::integer_parameter(sample.parameters, "ordinal");
  auto const peer = profiles::integer_parameter(sample.parameters, "peer");
  auto const end = ordinal ? fmt::format("GPU {}", *ordinal) : measured_gpu(profile);
  return peer ? fmt::format("{} to GPU {}", end, *peer) : end;
}

Rates rates_of(profiles::MachineProfile const& profile, std::string_view direction) {
  Rates rates;
  for (Sample const& sample : profile.samples) {
    if (!is_long_copy(sample) || profiles::text_parameter(sample.parameters, "direction") != direction) continue;
    auto const& rate = sample.rates.at("bytes_per_s");
    auto& best = rates[name_of(profile, sample)];
    if (rate.median > best.median) best = rate;
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
         .next_step =
             "look at nvidia-smi topo -m and nvidia-smi nvlink -s, or rocm-smi --showtopo: where the node is built "
             "so, keep tensor parallelism off that link; where another node of the kind differs, report it"});
  }
  return findings;
}

}  // namespace hpcadvise::probes

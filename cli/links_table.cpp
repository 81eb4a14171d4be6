// SPDX-License-Identifier: Apache-2.0
#include "cli/links_table.hpp"

#include "probes/link_findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace hpcadvise::cli {
namespace {

using profiles::Sample;

constexpr std::int64_t host = -1;

using Way = std::pair<std::int64_t, std::int64_t>;

// The best of each way, from and to, the host among them.
std::map<Way, double> rates_of(profiles::MachineProfile const& profile) {
  std::map<Way, double> rates;
  if (profile.devices.empty() || !profile.devices.front().gpu || !profile.devices.front().gpu->ordinal) return rates;
  auto const measured = std::int64_t{*profile.devices.front().gpu->ordinal};
  for (Sample const& sample : profile.samples) {
    if (!probes::is_long_copy(sample)) continue;
    auto const direction = profiles::text_parameter(sample.parameters, "direction");
    auto const here = profiles::integer_parameter(sample.parameters, "ordinal").value_or(measured);
    auto const peer = profiles::integer_parameter(sample.parameters, "peer");
    Way way;
    if (direction == "host_to_device")
      way = {host, here};
    else if (direction == "device_to_host")
      way = {here, host};
    else if (direction == "device_to_device" && peer)
      way = {here, *peer};
    else
      continue;
    auto& best = rates[way];
    best = std::max(best, sample.rates.at("bytes_per_s").median);
  }
  return rates;
}

}  // namespace

Table links_table(profiles::MachineProfile const& profile) {
  auto const rates = rates_of(profile);
  std::set<std::int64_t> gpus;
  for (auto const& device : profile.devices)
    if (!rates.empty() && device.gpu && device.gpu->ordinal) gpus.insert(*device.gpu->ordinal);
  for (auto const& [way, rate] : rates)
    for (auto const end : {way.first, way.second})
      if (end != host) gpus.insert(end);
  Table table;
  if (gpus.size() < 2) return table;
  auto const cell = [&](std::int64_t from, std::int64_t to) {
    auto const found = rates.find({from, to});
    return found != rates.end() ? fmt::format("{:.3g}", found->second / 1e9) : std::string();
  };
  table.columns = {{"GPU"}};
  for (auto const to : gpus) table.columns.push_back({fmt::format("{}", to), Align::right});
  table.columns.push_back({"to host", Align::right});
  table.columns.push_back({"from host", Align::right});
  for (auto const from : gpus) {
    std::vector<std::string> row{fmt::format("{}", from)};
    for (auto const to : gpus) row.push_back(cell(from, to));
    row.push_back(cell(from, host));
    row.push_back(cell(host, from));
    if (std::any_of(row.begin() + 1, row.end(), [](auto const& text) { return !text.empty(); }))
      table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace hpcadvise::cli

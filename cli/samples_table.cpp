// SPDX-License-Identifier: Apache-2.0
#include "cli/samples_table.hpp"

#include "cli/sample_name.hpp"
#include "cli/sample_text.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

namespace hpcadvise::cli {
namespace {

using profiles::MachineProfile;
using profiles::Sample;

// As links are told apart; where nobody says, its place in the profile.
std::int64_t ordinal_of(MachineProfile const& profile, std::int64_t device) {
  auto const place = std::size_t(device);
  if (device < 0 || place >= profile.devices.size()) return device;
  auto const& gpu = profile.devices[place].gpu;
  return gpu && gpu->ordinal ? *gpu->ordinal : device;
}

// So that a row of attention fits on a line of 80 columns.
std::string short_label(std::string label) {
  constexpr std::pair<std::string_view, std::string_view> shorter[] = {
      {"forward", "fwd"}, {"backward", "bwd"}, {"not causal", "full"}};
  for (auto const& [word, short_word] : shorter)
    if (auto const place = label.find(word); place != std::string::npos) label.replace(place, word.size(), short_word);
  return label;
}

// What a row does not say already: its kind and shape, and of a probe that is not known here all parameters.
std::string what_text(Sample const& sample, probes::Probe const* probe) {
  std::string text;
  if (probe == nullptr) {
    for (auto const& [name, value] : sample.parameters)
      text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, profiles::parameter_text(value));
    return text;
  }
  // The provider has a column of its own.
  text = short_label(group_label("", sample.parameters, *probe));
  auto const shape = shape_text(sample.parameters, *probe);
  text += (text.empty() || shape.empty() ? "" : " ") + shape;
  if (profiles::compares_siblings(sample) && probe->shape != nullptr)
    text +=
        fmt::format(", GPU {} of {} at once", profiles::integer_parameter(sample.parameters, "device").value_or(0) + 1,
                    profiles::integer_parameter(sample.parameters, "concurrent_devices").value_or(0));
  for (auto const& [name, rate] : sample.rates)
    if (name.ends_with("_slowdown")) text += fmt::format(" {}={:.2f}", name, rate.median);
  return text;
}

}  // namespace

Table samples_table(MachineProfile const& profile, std::string const& probe_name, Terminal const& terminal) {
  auto const* const probe = probes::find_probe(probe_name);
  Table table{
      {{"By"}, {"Rate", Align::right}, {"Time", Align::right}, {"95 %", Align::right}, {"n", Align::right}, {"What"}},
      {}};
  for (auto const* const sample : samples_of(profile, probe_name)) {
    auto const what = what_text(*sample, probe);
    if (!is_ok(*sample)) {
      table.rows.push_back({sample->provider, std::string(profiles::to_string(sample->status)), "", "", "",
                            fmt::format("{} ({})", what, sample->reason)});
      continue;
    }
    bool const has_rate = probe != nullptr && primary_rate(*sample, *probe).has_value();
    table.rows.push_back({sample->provider, has_rate ? measured_text(*sample, *probe) : "",
                          profiles::format_seconds(sample->timing->median_s),
                          has_rate ? interval_text(*sample, *probe, terminal) : interval_of_time(*sample, terminal),
                          fmt::format("{}", sample->timing->count), what});
  }
  return table;
}

Table siblings_table(MachineProfile const& profile) {
  Table table{{{"GPU"}}, {}};
  std::map<std::int64_t, std::map<std::string_view, std::string>> rates;
  for (auto const& probe : probes::all_probes()) {
    bool any = false;
    for (auto const& sample : profile.samples) {
      if (sample.probe != probe.name || !profiles::compares_siblings(sample)) continue;
      auto const device = profiles::integer_parameter(sample.parameters, "device").value_or(0);
      rates[device][probe.name] =
          is_ok(sample) ? measured_text(sample, probe) : std::string(profiles::to_string(sample.status));
      any = true;
    }
    if (any) table.columns.push_back({std::string(probe.name), Align::right});
  }
  for (auto& [device, of_probe] : rates) {
    std::vector<std::string> row{fmt::format("{}", ordinal_of(profile, device))};
    for (std::size_t column = 1; column < table.columns.size(); ++column)
      row.push_back(of_probe[table.columns[column].heading]);
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace hpcadvise::cli

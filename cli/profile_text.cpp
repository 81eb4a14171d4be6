// SPDX-License-Identifier: Apache-2.0
#include "cli/profile_text.hpp"

#include "cli/chart.hpp"
#include "cli/links_table.hpp"
#include "probes/probe.hpp"
#include "probes/stopping_rule.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

namespace hpcadvise::cli {
namespace {

using profiles::MachineProfile;
using profiles::Sample;
using profiles::SampleStatus;

constexpr int bar_width = 10;

bool is_ok(Sample const& sample) { return sample.status == SampleStatus::ok && sample.timing.has_value(); }

// Of the device that was measured in full.
bool is_of_device(Sample const& sample) { return is_ok(sample) && !profiles::compares_siblings(sample); }

std::string value_of(Sample const& sample, std::string_view name) {
  if (name == "provider") return sample.provider;
  auto const found = sample.parameters.find(std::string(name));
  if (found == sample.parameters.end()) return "";
  if (auto const* const flag = std::get_if<bool>(&found->second))
    return *flag ? std::string(name) : fmt::format("not {}", name);
  return profiles::parameter_text(found->second);
}

std::string group_label(Sample const& sample, probes::Probe const& probe) {
  std::string label;
  for (auto const name : probe.group_by) {
    if (name.empty()) continue;
    std::string const value = value_of(sample, name);
    if (!value.empty()) label += (label.empty() ? "" : " ") + value;
  }
  return label;
}

// Parameters that are not the same in every sample of the probe.
std::set<std::string> varying_parameters(MachineProfile const& profile, probes::Probe const& probe) {
  std::map<std::string, std::string> first;
  std::set<std::string> varying;
  for (auto const& sample : profile.samples) {
    if (sample.probe != probe.name || profiles::compares_siblings(sample)) continue;
    for (auto const& [name, value] : sample.parameters) {
      auto const text = profiles::parameter_text(value);
      if (first.try_emplace(name, text).first->second != text) varying.insert(name);
    }
  }
  return varying;
}

// What tells this sample from the others of its group.
std::string shape_text(Sample const& sample, probes::Probe const& probe, std::set<std::string> const& varying) {
  if (probe.shape != nullptr) return probe.shape(sample.parameters);
  std::string text;
  for (auto const& [name, value] : sample.parameters) {
    if (!varying.contains(name)) continue;
    if (std::find(probe.group_by.begin(), probe.group_by.end(), name) != probe.group_by.end()) continue;
    if (auto const* const flag = std::get_if<bool>(&value)) {
      if (*flag) text += (text.empty() ? "" : " ") + name;
      continue;
    }
    auto const number = profiles::number_parameter(sample.parameters, name);
    std::string const shown = name.ends_with("_bytes") && number
                                  ? profiles::format_bytes(*number)
                                  : fmt::format("{}={}", name, profiles::parameter_text(value));
    text += (text.empty() ? "" : " ") + shown;
  }
  return text;
}

std::optional<profiles::Rate> primary_rate(Sample const& sample, probes::Probe const& probe) {
  auto const found = sample.rates.find(std::string(probe.primary_rate));
  if (found == sample.rates.end()) return std::nullopt;
  return found->second;
}

bool is_share(probes::Probe const& probe) { return probe.primary_rate.ends_with("_share"); }

// Larger is better: the rate that is certain, or where a probe has none, the inverse of the time that is.
// Shares of different work do not compare: the first, which is worth most.
double merit(Sample const& sample, probes::Probe const& probe) {
  if (is_share(probe)) return 0;
  auto const rate = primary_rate(sample, probe);
  return rate ? rate->low : 1 / sample.timing->high_s;
}

// The figure that is printed, larger for better.
double shown(Sample const& sample, probes::Probe const& probe) {
  auto const rate = primary_rate(sample, probe);
  return rate ? rate->median : 1 / sample.timing->median_s;
}

std::string measured_text(Sample const& sample, probes::Probe const& probe) {
  auto const rate = primary_rate(sample, probe);
  return rate ? profiles::format_by_suffix(probe.primary_rate, rate->median)
              : profiles::format_seconds(sample.timing->median_s);
}

// Fewer than six readings have no 95 % interval of the median.
std::string interval_of_time(Sample const& sample, Terminal const& terminal) {
  if (!probes::median_interval_ranks(sample.timing->count))
    return profiles::format_counted(sample.timing->count, "reading");
  return fmt::format("{}{:.1f} %", terminal.unicode ? "±" : "+-", 100 * sample.timing->relative_half_width());
}

// Of what measured_text says: of a rate that of its time, as wide; a share comes from several times.
std::string interval_of_measured(Sample const& sample, probes::Probe const& probe, Terminal const& terminal) {
  auto const rate = primary_rate(sample, probe);
  if (!rate || !is_share(probe)) return interval_of_time(sample, terminal);
  return fmt::format("{:.0f} to {:.0f} %", 100 * rate->low, 100 * rate->high);
}

std::string host_text(profiles::HostSpec const& host) {
  std::string text = fmt::format("{}: {}, {} core{}", host.host_name, host.cpu_model, host.allowed_core_count,
                                 host.allowed_core_count == 1 ? "" : "s");
  if (host.allowed_core_count != host.core_count) text += fmt::format(" of {}", host.core_count);
  if (host.memory_bytes) text += ", " + profiles::format_bytes(double(*host.memory_bytes));
  if (host.hypervisor) text += fmt::format(", virtual ({})", *host.hypervisor);
  return text;
}

// "4 x NVIDIA H100 80GB HBM3 (sm90), 80.0 GiB each, CUDA 12.4 on a driver for 12.6"; empty for a host.
std::string gpu_text(MachineProfile const& profile) {
  if (profile.devices.empty() || !profile.devices.front().gpu) return "";
  auto const& device = profile.devices.front();
  auto const count = profile.devices.size();
  return fmt::format("{}{} ({}), {}{}, {}", count > 1 ? fmt::format("{} x ", count) : "", device.name,
                     device.gpu->architecture, profiles::format_bytes(double(device.gpu->memory_bytes)),
                     count > 1 ? " each" : "", device.gpu->runtime);
}

// A capital and a full stop.
std::string sentence(std::string text) {
  if (text.empty()) return text;
  // A name such as papi:cycles stays as it is.
  auto const first_word = std::string_view(text).substr(0, text.find(' '));
  if (first_word.find_first_of(":/_") == std::string_view::npos)
    text.front() = char(std::toupper(static_cast<unsigned char>(text.front())));
  if (text.back() != '.') text += '.';
  return text;
}

Style style_of(profiles::Severity severity) {
  switch (severity) {
    case profiles::Severity::note: return Style::dim;
    case profiles::Severity::warning: return Style::warning;
    case profiles::Severity::error: return Style::bad;
  }
  return Style::plain;
}

// Compute samples against the best bandwidth measured: who is limited by what.
std::string roofline_text(MachineProfile const& profile, Terminal const& terminal) {
  double bytes_per_s = 0;
  double peak = 0;
  std::vector<RooflinePoint> points;
  for (auto const& sample : profile.samples) {
    if (!is_of_device(sample)) continue;
    if (sample.probe == "memory" && profiles::text_parameter(sample.parameters, "level") == "DRAM")
      bytes_per_s =
          std::max(bytes_per_s, sample.rates.contains("bytes_per_s") ? sample.rates.at("bytes_per_s").median : 0);
    auto const rate = sample.rates.find("flops_per_s");
    if (rate == sample.rates.end() || sample.work_bytes <= 0) continue;
    peak = std::max(peak, rate->second.median);
    points.push_back({sample.work_flops / sample.work_bytes, rate->second.median,
                      sample.probe == "attention" ? 'a' : (sample.provider == "kokkos" ? 'k' : 'v')});
  }
  if (bytes_per_s <= 0 || peak <= 0) return "";
  return styled(terminal, Style::bold, "Roofline") +
         fmt::format("  (best measured {}, DRAM {};\n           k: Kokkos GEMM, v: vendor GEMM, a: attention)\n",
                     profiles::format_flops_per_s(peak), profiles::format_bytes_per_s(bytes_per_s)) +
         roofline(peak, bytes_per_s, points, std::min(terminal.width, 78), 9);
}

}  // namespace

Table profile_summary_table(MachineProfile const& profile, Terminal const& terminal) {
  Table table{{{"Probe"}, {"What"}, {"Best", Align::right}, {"95 %", Align::right}, {""}, {"At"}}, {}};
  for (auto const& probe : probes::all_probes()) {
    auto const varying = varying_parameters(profile, probe);
    std::map<std::string, Sample const*> best;
    std::vector<std::string> order;
    double most = 0;
    for (auto const& sample : profile.samples) {
      if (sample.probe != probe.name || !is_of_device(sample)) continue;
      auto const label = group_label(sample, probe);
      auto const [place, added] = best.try_emplace(label, &sample);
      if (added) order.push_back(label);
      if (merit(sample, probe) > merit(*place->second, probe)) place->second = &sample;
    }
    for (auto const& [label, sample] : best) most = std::max(most, shown(*sample, probe));
    bool first = true;
    for (auto const& label : order) {
      auto const& sample = *best.at(label);
      table.rows.push_back({first ? std::string(probe.name) : "", label, measured_text(sample, probe),
                            interval_of_measured(sample, probe, terminal),
                            bar(terminal, most > 0 ? shown(sample, probe) / most : 0, bar_width),
                            shape_text(sample, probe, varying)});
      first = false;
    }
  }
  return table;
}

// As links are told apart; where nobody says, its place in the profile.
std::int64_t ordinal_of(MachineProfile const& profile, std::int64_t device) {
  auto const place = std::size_t(device);
  if (device < 0 || place >= profile.devices.size()) return device;
  auto const& gpu = profile.devices[place].gpu;
  return gpu && gpu->ordinal ? *gpu->ordinal : device;
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

Table samples_table(MachineProfile const& profile, std::string const& probe_name, Terminal const& terminal) {
  auto const* const probe = probes::find_probe(probe_name);
  Table table{{{"Provider"},
               {"Rate", Align::right},
               {"Time", Align::right},
               {"95 %", Align::right},
               {"Readings", Align::right},
               {"Parameters"}},
              {}};
  for (auto const& sample : profile.samples) {
    if (sample.probe != probe_name) continue;
    std::string parameters;
    for (auto const& [name, value] : sample.parameters)
      parameters += fmt::format("{}{}={}", parameters.empty() ? "" : " ", name, profiles::parameter_text(value));
    if (!is_ok(sample)) {
      table.rows.push_back({sample.provider, std::string(profiles::to_string(sample.status)), "", "", "",
                            parameters + " (" + sample.reason + ")"});
      continue;
    }
    for (auto const& [name, rate] : sample.rates)
      if (name.ends_with("_slowdown")) parameters += fmt::format(" {}={:.2f}", name, rate.median);
    bool const has_rate = probe != nullptr && primary_rate(sample, *probe).has_value();
    table.rows.push_back(
        {sample.provider, has_rate ? measured_text(sample, *probe) : "",
         profiles::format_seconds(sample.timing->median_s),
         has_rate ? interval_of_measured(sample, *probe, terminal) : interval_of_time(sample, terminal),
         fmt::format("{}", sample.timing->count), parameters});
  }
  return table;
}

std::string findings_text(MachineProfile const& profile, Terminal const& terminal, bool whole) {
  constexpr std::size_t most_seen = 160;
  std::string text;
  for (auto const& finding : profile.findings) {
    std::string const label = fmt::format("{}: ", profiles::to_string(finding.severity));
    bool const shortened = !whole && finding.seen.size() > most_seen;
    std::string line =
        sentence(shortened ? finding.seen.substr(0, finding.seen.rfind(' ', most_seen)) + " ..." : finding.seen);
    if (whole && !finding.expected.empty()) line += " Expected: " + finding.expected + '.';
    if (whole && !finding.cost.empty()) line += " Cost: " + finding.cost + '.';
    if (!finding.next_step.empty()) line += ' ' + sentence(finding.next_step);
    text += styled(terminal, style_of(finding.severity), label) + wrapped(line, terminal.width, 4, int(label.size())) +
            '\n';
  }
  return text;
}

std::string profile_summary_text(MachineProfile const& profile, Terminal const& terminal, bool whole) {
  std::string text = styled(terminal, Style::bold, wrapped(host_text(profile.host), terminal.width, 2)) + '\n';
  if (auto const gpus = gpu_text(profile); !gpus.empty())
    text += styled(terminal, Style::bold, wrapped(gpus, terminal.width, 2)) + '\n';
  auto const measured = fmt::format("Measured {} in {}: {} of {}, {} reached their target interval in one pass",
                                    profile.provenance.started_utc, profiles::format_seconds(profile.budget.used_s),
                                    profile.budget.measured, profiles::format_counted(profile.budget.planned, "sample"),
                                    profile.budget.converged);
  text += wrapped(measured, terminal.width, 2) + '\n';
  if (profile.partial) text += styled(terminal, Style::warning, "Partial: the run ended before its plan did.") + '\n';
  text += '\n' + text_table(profile_summary_table(profile, terminal), terminal);
  if (auto const siblings = siblings_table(profile); !siblings.rows.empty())
    text += "\nAll GPUs at once\n" + text_table(siblings, terminal);
  if (auto const links = links_table(profile); !links.rows.empty())
    text += "\nLinks in GB/s: from a GPU (row) to a GPU (column); a pair is measured one way\n" +
            text_table(links, terminal);
  if (auto const chart = roofline_text(profile, terminal); !chart.empty()) text += '\n' + chart;
  if (auto const findings = findings_text(profile, terminal, whole); !findings.empty()) text += '\n' + findings;
  return text;
}

}  // namespace hpcadvise::cli

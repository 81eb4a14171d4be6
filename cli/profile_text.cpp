// SPDX-License-Identifier: Apache-2.0
#include "cli/profile_text.hpp"

#include "cli/chart.hpp"
#include "cli/findings_text.hpp"
#include "cli/links_table.hpp"
#include "cli/sample_name.hpp"
#include "cli/sample_text.hpp"
#include "cli/samples_table.hpp"
#include "profiles/presentable.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace hpcadvise::cli {
namespace {

using profiles::MachineProfile;
using profiles::Sample;

// Longer names are no host's and no device's.
constexpr std::size_t longest_name = 120;

// Of the device that was measured in full.
bool is_of_device(Sample const& sample) { return is_ok(sample) && !profiles::compares_siblings(sample); }

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

// Larger is better: the rate that is certain, or where a probe has none, the inverse of the time that is.
// Shares of different work do not compare: the first, which is worth most.
double merit(Sample const& sample, probes::Probe const& probe) {
  if (probe.primary_rate.ends_with("_share")) return 0;
  auto const rate = primary_rate(sample, probe);
  return rate ? rate->low : 1 / sample.timing->high_s;
}

// The figure that is printed, larger for better.
double shown(Sample const& sample, probes::Probe const& probe) {
  auto const rate = primary_rate(sample, probe);
  return rate ? rate->median : 1 / sample.timing->median_s;
}

// The best sample of each kind, in the order in which the kinds are shown.
std::vector<Sample const*> best_of_each_kind(MachineProfile const& profile, probes::Probe const& probe) {
  std::vector<Sample const*> best;
  std::map<std::string, std::size_t> place;
  for (auto const* const sample : samples_of(profile, probe.name)) {
    if (!is_of_device(*sample)) continue;
    auto const [found, added] =
        place.try_emplace(group_label(sample->provider, sample->parameters, probe), best.size());
    if (added)
      best.push_back(sample);
    else if (merit(*sample, probe) > merit(*best[found->second], probe))
      best[found->second] = sample;
  }
  return best;
}

// A table, and of each row the figure as a share of the probe's best.
struct Summary {
  Table table;
  std::vector<double> shares;
};

Summary summary_of(MachineProfile const& profile, Terminal const& terminal) {
  Summary summary{{{{"Probe"}, {"What"}, {"Best", Align::right}, {"95 %", Align::right}, {"At"}}, {}}, {}};
  for (auto const& probe : probes::all_probes()) {
    auto const varying = varying_parameters(profile, probe);
    auto const best = best_of_each_kind(profile, probe);
    double most = 0;
    for (auto const* const sample : best) most = std::max(most, shown(*sample, probe));
    for (auto const* const sample : best) {
      summary.table.rows.push_back({sample == best.front() ? std::string(probe.name) : "",
                                    group_label(sample->provider, sample->parameters, probe),
                                    measured_text(*sample, probe), interval_text(*sample, probe, terminal),
                                    shape_text(sample->parameters, probe, &varying)});
      summary.shares.push_back(most > 0 ? shown(*sample, probe) / most : 0);
    }
  }
  return summary;
}

// A terminal has no room for a column of names: each stands above its rows, and bars fill what is left of the width.
std::string summary_table_text(Summary const& summary, Terminal const& terminal) {
  constexpr int longest_bar = 10;
  constexpr int shortest_bar = 4;
  Table table{{{"What"}, {"Best", Align::right}, {"95 %", Align::right}, {"At"}}, {}};
  std::vector<double> shares;
  for (std::size_t i = 0; i < summary.table.rows.size(); ++i) {
    auto const& row = summary.table.rows[i];
    if (!row[0].empty()) {
      table.rows.push_back({row[0], "", "", ""});
      shares.push_back(0);
    }
    table.rows.push_back({"  " + row[1], row[2], row[3], row[4]});
    shares.push_back(summary.shares[i]);
  }
  if (int const room = terminal.width - table_width(table) - 2; room >= shortest_bar) {
    table.columns.push_back({""});
    for (std::size_t i = 0; i < shares.size(); ++i)
      table.rows[i].push_back(bar(terminal, shares[i], std::min(room, longest_bar)));
  }
  return text_table(table, terminal);
}

std::string host_text(profiles::HostSpec const& host) {
  auto text = fmt::format("{}: {}, {}", profiles::presentable(host.host_name, longest_name),
                          profiles::presentable(host.cpu_model, longest_name),
                          profiles::format_counted(host.allowed_core_count, "core"));
  if (host.allowed_core_count != host.core_count) text += fmt::format(" of {}", host.core_count);
  if (host.memory_bytes) text += ", " + profiles::format_bytes(double(*host.memory_bytes));
  if (host.hypervisor) text += fmt::format(", virtual ({})", profiles::presentable(*host.hypervisor, longest_name));
  return text;
}

// "4 x NVIDIA H100 80GB HBM3 (sm90), 80.0 GiB each, CUDA 12.4 on a driver for 12.6"; empty for a host.
std::string gpu_text(MachineProfile const& profile) {
  if (profile.devices.empty() || !profile.devices.front().gpu) return "";
  auto const& device = profile.devices.front();
  auto const count = profile.devices.size();
  auto const text = fmt::format("{}{} ({}), {}{}, {}", count > 1 ? fmt::format("{} x ", count) : "", device.name,
                                device.gpu->architecture, profiles::format_bytes(double(device.gpu->memory_bytes)),
                                count > 1 ? " each" : "", device.gpu->runtime);
  return profiles::presentable(text, 2 * longest_name);
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
  return summary_of(profile, terminal).table;
}

std::string profile_summary_text(MachineProfile const& profile, Terminal const& terminal, bool whole) {
  std::string text = styled(terminal, Style::bold, wrapped(host_text(profile.host), terminal.width, 2)) + '\n';
  if (auto const gpus = gpu_text(profile); !gpus.empty())
    text += styled(terminal, Style::bold, wrapped(gpus, terminal.width, 2)) + '\n';
  auto const& budget = profile.budget;
  auto const measured = fmt::format(
      "Measured {} in {}: {} of {}, {}", profile.provenance.started_utc, profiles::format_seconds(budget.used_s),
      budget.measured, profiles::format_counted(budget.planned, "sample"),
      budget.within_2_percent
          ? fmt::format("{} known to {}2 %", *budget.within_2_percent, terminal.unicode ? "±" : "+-")
          : fmt::format("{} reached their target interval in one pass", budget.converged));
  text += wrapped(profiles::presentable(measured, 3 * longest_name), terminal.width, 2) + '\n';
  if (profile.partial) text += styled(terminal, Style::warning, "Partial: the run ended before its plan did.") + '\n';
  text += '\n' + summary_table_text(summary_of(profile, terminal), terminal);
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

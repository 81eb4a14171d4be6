// SPDX-License-Identifier: Apache-2.0
#include "probes/throttle_findings.hpp"

#include "profiles/order_statistics.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string>

namespace hpcadvise::probes {
namespace {

using profiles::Finding;
using profiles::Sample;
using profiles::Severity;

struct Reason {
  char const* reading;
  char const* words;
  Severity severity;
  char const* next_step;
};

constexpr Reason reasons[] = {
    {"throttle_thermal", "temperature", Severity::warning, "too warm: report the node to the centre's support"},
    {"throttle_hardware", "a slowdown by the hardware", Severity::warning,
     "the hardware protects itself: report the node to the centre's support"},
    {"throttle_power_brake", "a brake from outside", Severity::warning,
     "the power supply asks for less: report the node to the centre's support"},
    {"throttle_current", "the limit of current", Severity::note, "nothing: the device is at its limit"},
    {"throttle_power_cap", "the limit of power", Severity::note,
     "nothing at the default limit: training is held back in the same way; else see power_cap_low"},
    {"throttle_sync_boost", "a clock shared with other devices", Severity::note,
     "look for the slowest device of its group"},
    {"throttle_clock_setting", "a clock that was set", Severity::warning,
     "ask whether the centre means it, or as administrator: nvidia-smi -rac, nvidia-smi -rgc"},
    {"throttle_other", "a reason that this tool does not know", Severity::note, "see nvidia-smi -q -d PERFORMANCE"},
};

bool holds(Sample const& sample, char const* reading) {
  auto const found = sample.sensors_after.find(reading);
  return found != sample.sensors_after.end() && found->second == 1;
}

// 1 is the highest.
std::optional<double> clock_share(Sample const& sample) {
  auto const now = sample.sensors_after.find("clock_hz");
  auto const most = sample.sensors_after.find("max_clock_hz");
  if (now == sample.sensors_after.end() || most == sample.sensors_after.end() || most->second <= 0) return std::nullopt;
  return now->second / most->second;
}

std::string cost(std::vector<Sample const*> const& samples) {
  std::vector<double> shares;
  for (auto const* const sample : samples)
    if (auto const share = clock_share(*sample); share && *share > 0) shares.push_back(*share);
  if (shares.empty()) return "what is bound by compute takes longer; how much is not known without its clock";
  std::ranges::sort(shares);
  double const median = profiles::quantile(shares, 0.5);
  if (median >= 1) return "none: the clock was the highest all the same";
  return fmt::format("its clock was at {} of the highest: what is bound by compute takes up to {:.2f} times as long",
                     profiles::format_ratio_as_percent(median), 1 / median);
}

// Those that a device worked for.
std::vector<Sample const*> finished(profiles::MachineProfile const& profile) {
  std::vector<Sample const*> samples;
  for (auto const& sample : profile.samples)
    if (sample.status == profiles::SampleStatus::ok && sample.timing) samples.push_back(&sample);
  return samples;
}

void add_throttled(std::vector<Sample const*> const& samples, std::vector<Finding>& findings) {
  std::vector<Sample const*> throttled;
  for (auto const* const sample : samples)
    if (holds(*sample, "throttled")) throttled.push_back(sample);
  std::vector<std::string> words;
  Reason const* worst = nullptr;
  for (auto const& reason : reasons) {
    auto const count =
        std::ranges::count_if(throttled, [&](auto const* sample) { return holds(*sample, reason.reading); });
    if (count == 0) continue;
    words.push_back(fmt::format("{} ({})", reason.words, count));
    if (worst == nullptr || reason.severity > worst->severity) worst = &reason;
  }
  if (worst == nullptr) return;
  findings.push_back({.kind = "throttled",
                      .severity = worst->severity,
                      .seen = fmt::format("{} of {} samples ended on a device that was held back by {}",
                                          throttled.size(), samples.size(), fmt::join(words, ", ")),
                      .expected = "a device that runs at its highest clock, or is held back by nothing but its power",
                      .cost = cost(throttled),
                      .next_step = worst->next_step});
}

// Only work that keeps the multiprocessors busy says what clock they hold.
void add_clock_drop(std::vector<Sample const*> const& samples, std::vector<Finding>& findings) {
  std::vector<Sample const*> low;
  for (auto const* const sample : samples)
    if (sample->work_flops > 0 && !holds(*sample, "throttled") &&
        clock_share(*sample).value_or(1) < 1 - clock_drop_share)
      low.push_back(sample);
  if (low.empty()) return;
  findings.push_back(
      {.kind = "clock_drop",
       .severity = Severity::warning,
       .seen = fmt::format("{} ended more than {} below the device's highest clock, and no reason was told",
                           profiles::format_counted(low.size(), "sample"),
                           profiles::format_ratio_as_percent(clock_drop_share)),
       .expected = "the highest clock, or a reason why not",
       .cost = cost(low),
       .next_step = "look for a clock that was set: nvidia-smi -q -d CLOCK, rocm-smi --showclocks"});
}

}  // namespace

std::vector<Finding> throttle_findings(profiles::MachineProfile const& profile) {
  std::vector<Finding> findings;
  auto const samples = finished(profile);
  add_throttled(samples, findings);
  add_clock_drop(samples, findings);
  return findings;
}

}  // namespace hpcadvise::probes

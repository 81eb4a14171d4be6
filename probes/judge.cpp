// SPDX-License-Identifier: Apache-2.0
#include "probes/judge.hpp"

#include "probes/throttle_findings.hpp"
#include "probes/wide_intervals.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>

namespace hpcadvise::probes {
namespace {

using profiles::Finding;
using profiles::Sample;
using profiles::SampleStatus;
using profiles::Severity;

std::string listed(std::vector<std::string> const& texts) {
  constexpr std::size_t most = 10;
  std::size_t const shown = std::min(most, texts.size());
  std::string result = fmt::format("{}", fmt::join(texts.begin(), texts.begin() + std::ptrdiff_t(shown), "; "));
  if (texts.size() > shown) result += fmt::format("; and {} more", texts.size() - shown);
  return result;
}

// What is said of samples that ended in one way.
struct StatusRow {
  SampleStatus status;
  char const* kind;
  Severity severity;
  char const* expected;
  char const* next_step;
};
constexpr std::array status_rows{
    StatusRow{SampleStatus::wrong, "wrong_answer", Severity::error, "an answer within its error bound",
              "do not trust this provider on this machine for training; report it with this profile"},
    StatusRow{SampleStatus::impossible, "impossible_rate", Severity::error, "a rate below what the hardware can issue",
              "report it with this profile: the timing or the stated peak is wrong"},
    StatusRow{SampleStatus::crashed, "crashed", Severity::warning, "a runner that survives its samples",
              "look at the signal: SIGKILL is often a memory limit, SIGILL a binary for another processor"},
    StatusRow{SampleStatus::timed_out, "timed_out", Severity::warning, "an answer within the watchdog's limit",
              "probe again when the machine is quiet, or with a larger budget"},
    StatusRow{SampleStatus::failed, "failed", Severity::warning, "a timing", "read each sample's reason"},
};

void add_lost_samples(profiles::MachineProfile const& profile, std::vector<Finding>& findings) {
  for (auto const& row : status_rows) {
    std::vector<std::string> names;
    for (Sample const& sample : profile.samples)
      if (sample.status == row.status) names.push_back(sample_key(sample) + ": " + sample.reason);
    if (names.empty()) continue;
    findings.push_back(
        {.kind = row.kind,
         .severity = row.severity,
         .seen = fmt::format("{} {}: {}", names.size(), names.size() == 1 ? "sample" : "samples", listed(names)),
         .expected = row.expected,
         .cost = "these rates are missing: the advisor takes reference values in their place",
         .next_step = row.next_step});
  }
}

void add_ways_left_out(profiles::MachineProfile const& profile, std::vector<Finding>& findings) {
  std::vector<std::string> names;
  for (Sample const& sample : profile.samples)
    if (sample.status == SampleStatus::ok)
      for (auto const& way : sample.left_out) names.push_back(sample_key(sample) + ": " + way);
  if (names.empty()) return;
  findings.push_back(
      {.kind = "ways_left_out",
       .severity = Severity::warning,
       .seen = fmt::format("{} {} wrong or failed: {}", names.size(),
                           names.size() == 1 ? "way to compute a sample was" : "ways to compute samples were",
                           listed(names)),
       .expected = "the same right answer by each of them",
       .cost = "none that is known: the fastest of the right ones was measured",
       .next_step =
           "read each one's reason; of a wrong answer the kernel, the compiler or the device is the cause: report it "
           "with this profile"});
}

// "12.0 %", and what is more than twice as "a factor of 184".
std::string drift_text(double drift) {
  return drift < 1 ? profiles::format_ratio_as_percent(drift)
                   : fmt::format("a factor of {}", profiles::format_count(1 + drift));
}

void add_drift(profiles::MachineProfile const& profile, std::vector<Finding>& findings) {
  constexpr double worth_a_warning = 0.05;
  for (auto const& sentinel : profile.sentinels) {
    if (!sentinel.drifted) continue;
    findings.push_back({.kind = "drift",
                        .severity = sentinel.drift > worth_a_warning ? Severity::warning : Severity::note,
                        .seen = fmt::format("{}, measured {} times through the run, differed by {}",
                                            sentinel.sample_key, sentinel.medians_s.size(), drift_text(sentinel.drift)),
                        .expected = "repeats whose intervals overlap",
                        .cost = "samples taken at different times cannot be compared more closely than that",
                        .next_step = "look for other load, for a clock that changes, or for throttling"});
  }
}

}  // namespace

void guard_against_impossible(SampleRequest const& request, std::string_view primary_rate, Sample& sample) {
  if (sample.status != SampleStatus::ok || request.peak_per_s <= 0) return;
  auto const rate = sample.rates.find(std::string(primary_rate));
  if (rate == sample.rates.end() || rate->second.median <= request.peak_per_s) return;
  sample.status = SampleStatus::impossible;
  sample.reason = fmt::format("{} is above what this machine can do, {}",
                              profiles::format_by_suffix(primary_rate, rate->second.median),
                              profiles::format_by_suffix(primary_rate, request.peak_per_s));
  sample.rates.clear();
}

profiles::Sentinel judge_sentinel(std::string sample_key, std::vector<SentinelReading> const& readings) {
  profiles::Sentinel sentinel;
  sentinel.sample_key = std::move(sample_key);
  for (auto const& reading : readings) {
    sentinel.medians_s.push_back(reading.median_s);
    sentinel.at_s.push_back(reading.at_s);
  }
  if (readings.empty()) return sentinel;
  auto const by_median = [](auto const& left, auto const& right) { return left.median_s < right.median_s; };
  auto const [fastest, slowest] = std::minmax_element(readings.begin(), readings.end(), by_median);
  if (fastest->median_s > 0) sentinel.drift = slowest->median_s / fastest->median_s - 1;
  sentinel.drifted = slowest->low_s > fastest->high_s;
  return sentinel;
}

std::vector<Finding> findings_of_samples(profiles::MachineProfile const& profile) {
  std::vector<Finding> findings;
  add_lost_samples(profile, findings);
  add_ways_left_out(profile, findings);
  add_drift(profile, findings);
  std::ranges::move(wide_intervals(profile), std::back_inserter(findings));
  std::ranges::move(throttle_findings(profile), std::back_inserter(findings));
  return findings;
}

std::vector<Finding> findings_of_host(profiles::MachineProfile const& profile) {
  std::vector<Finding> findings;
  auto const& host = profile.host;
  if (host.cgroup_cpu_limit && *host.cgroup_cpu_limit < host.allowed_core_count)
    findings.push_back({.kind = "cgroup_cpu_limit",
                        .severity = Severity::warning,
                        .seen = fmt::format("the control group gives {:.2f} cores of CPU time on {} allowed cores",
                                            *host.cgroup_cpu_limit, host.allowed_core_count),
                        .expected = "as much CPU time as there are cores",
                        .cost = "rates are those of the limit, not of the machine; throttling makes them noisy",
                        .next_step = "raise the container's or the job's CPU limit"});
  if (host.cgroup_memory_limit_bytes && host.memory_bytes && *host.cgroup_memory_limit_bytes < *host.memory_bytes)
    findings.push_back({.kind = "cgroup_memory_limit",
                        .severity = Severity::note,
                        .seen = fmt::format("the control group gives {} of {}",
                                            profiles::format_bytes(double(*host.cgroup_memory_limit_bytes)),
                                            profiles::format_bytes(double(*host.memory_bytes))),
                        .expected = "all of the host's memory",
                        .cost = "what does not fit is not measured",
                        .next_step = "ask for more memory where larger working sets matter"});
  std::vector<std::string> missing;
  for (auto const& sensor : profile.sensors)
    if (!sensor.available) missing.push_back(sensor.name + " (" + sensor.reason + ")");
  if (!missing.empty())
    findings.push_back(
        {.kind = "sensors_unavailable",
         .severity = Severity::note,
         .seen = listed(missing),
         .expected = "counters and sensors where the hardware has them",
         .cost = "clocks and energy are not recorded beside the times",
         .next_step = "often a matter of permission (kernel.perf_event_paranoid) or of a virtual machine"});
  return findings;
}

}  // namespace hpcadvise::probes

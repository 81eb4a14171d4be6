// SPDX-License-Identifier: Apache-2.0
#include "probes/repeats.hpp"

#include "probes/plan.hpp"
#include "probes/probe.hpp"
#include "probes/repeat_spread.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

namespace hpcadvise::probes {
namespace {

constexpr double least_share = 1.0 / 3;

// What surrounds the readings. Where the front end was late to hear of a sample's start it looks shorter than they are.
double overhead_s(Measured const& measured) { return std::max(0.0, measured.wall_s - measured.readings_s); }

// The share of its first readings' time that each of the first `count` samples can have again.
double share_of(std::vector<Measured const*> const& measured, std::size_t count, double left_s) {
  SamplePlan starts;
  double around_s = 0;
  double readings_s = 0;
  for (std::size_t i = 0; i < count; ++i) {
    starts.requests.push_back(measured[i]->request);
    starts.requests.back().expected_s = 0;
    around_s += overhead_s(*measured[i]);
    readings_s += measured[i]->readings_s;
  }
  return readings_s > 0 ? (left_s - planned_s(starts) - around_s) / readings_s : 0;
}

profiles::Pass pass_of(profiles::Timing const& timing) {
  return {.median_s = timing.median_s,
          .low_s = timing.low_s,
          .high_s = timing.high_s,
          .count = timing.count,
          .calls_per_reading = timing.calls_per_reading,
          .stop = timing.stop};
}

void pool(profiles::Sample& sample, profiles::Timing const& second) {
  profiles::Timing const first = *sample.timing;
  auto readings_s = first.readings_s;
  readings_s.insert(readings_s.end(), second.readings_s.begin(), second.readings_s.end());
  // The two medians count alike, however many readings each pass had time for.
  profiles::Timing pooled = summarize(readings_s, first.calls_per_reading);
  pooled.median_s = std::sqrt(first.median_s * second.median_s);
  pooled.low_s = std::min(first.low_s, second.low_s);
  pooled.high_s = std::max(first.high_s, second.high_s);
  pooled.readings_s = std::move(readings_s);
  pooled.total_s = first.total_s + second.total_s;
  pooled.stop = first.stop;
  pooled.passes = first.passes;
  pooled.passes.push_back(pass_of(second));
  for (auto& [name, rate] : sample.rates) rate = profiles::rate_of(rate.median * first.median_s, pooled);
  sample.timing = std::move(pooled);
}

void widen(profiles::Sample& sample, double half_width) {
  profiles::Timing& timing = *sample.timing;
  timing.low_s = std::min(timing.low_s, timing.median_s * std::exp(-half_width));
  timing.high_s = std::max(timing.high_s, timing.median_s * std::exp(half_width));
  for (auto& [name, rate] : sample.rates) rate = profiles::rate_of(rate.median * timing.median_s, timing);
}

bool is_measured(profiles::Sample const& sample) {
  return sample.status == profiles::SampleStatus::ok && sample.timing && sample.timing->median_s > 0;
}

// What starts of the runner differ by, as far as this run saw.
class Spread {
 public:
  explicit Spread(std::vector<profiles::Sentinel> const& sentinels) {
    for (auto const& sentinel : sentinels) medians_s_ = sentinel.medians_s;
  }

  void add(std::string const& probe, double difference) {
    by_probe_[probe].push_back(difference);
    all_.push_back(difference);
  }

  // Around the median of one start, and by what.
  std::pair<double, profiles::WidenedBy> half_width(std::string const& probe) const {
    auto const own = by_probe_.find(probe);
    if (own != by_probe_.end() && own->second.size() >= least_repeats)
      return {half_width_by_differences(own->second), profiles::WidenedBy::repeats};
    if (!all_.empty()) return {half_width_by_differences(all_), profiles::WidenedBy::all_repeats};
    bool const has_medians = medians_s_.size() >= least_repeats &&
                             std::ranges::all_of(medians_s_, [](double median_s) { return median_s > 0; });
    if (has_medians) return {half_width_by_medians(medians_s_), profiles::WidenedBy::sentinel};
    return {0, profiles::WidenedBy::nothing};
  }

 private:
  std::map<std::string, std::vector<double>> by_probe_;
  std::vector<double> all_;
  std::vector<double> medians_s_;  // the sentinel's
};

}  // namespace

bool is_repeated(std::string_view probe) {
  Probe const* const found = find_probe(probe);
  return found == nullptr || found->repeated;
}

SamplePlan repeat_plan(std::vector<Measured> const& measured, double left_s) {
  // As planned. They were taken in another order: those of several ranks after all others.
  std::vector<Measured const*> by_value;
  by_value.reserve(measured.size());
  for (auto const& one : measured) by_value.push_back(&one);
  std::ranges::stable_sort(by_value, {}, [](Measured const* one) { return one->request.id; });

  std::size_t count = by_value.size();
  while (count > 0 && share_of(by_value, count, left_s) < least_share) --count;
  SamplePlan plan;
  if (count == 0) return plan;
  double const share = std::min(1.0, share_of(by_value, count, left_s));
  for (std::size_t i = 0; i < count; ++i) {
    Measured const& one = *by_value[i];
    SampleRequest request = one.request;
    request.id = &one - measured.data();
    request.rule.max_total_s = share * one.readings_s;
    request.expected_s = overhead_s(one) + request.rule.max_total_s;
    plan.requests.push_back(std::move(request));
  }
  return plan;
}

void cover_repeats(std::vector<profiles::Sample>& samples, std::vector<Repeat> const& repeats,
                   std::vector<profiles::Sentinel> const& sentinels) {
  for (profiles::Sample& sample : samples) {
    if (!sample.timing) continue;
    sample.timing->passes = {pass_of(*sample.timing)};
    sample.timing->widened_by = profiles::WidenedBy::nothing;
  }
  Spread spread(sentinels);
  for (auto const& repeat : repeats) {
    profiles::Sample& sample = samples.at(repeat.place);
    if (!is_measured(sample) || !(repeat.timing.median_s > 0)) continue;
    spread.add(sample.probe, std::log(repeat.timing.median_s / sample.timing->median_s));
    pool(sample, repeat.timing);
  }
  for (profiles::Sample& sample : samples) {
    if (!is_measured(sample) || !is_repeated(sample.probe)) continue;
    auto const [half_width, by] = spread.half_width(sample.probe);
    sample.timing->widened_by = by;
    // The median of several passes is their mean.
    widen(sample, half_width / std::sqrt(double(sample.timing->passes.size())));
  }
}

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#include "probes/repeats.hpp"

#include "probes/plan.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

namespace hpcadvise::probes {
namespace {

constexpr double least_share = 1.0 / 3;
constexpr double spread_quantile = 0.95;
constexpr std::size_t least_repeats = 3;

// The share of its first readings' time that each of the first `count` samples can have again.
double share_of(std::vector<Measured> const& measured, std::size_t count, double left_s) {
  SamplePlan starts;
  double overhead_s = 0;
  double readings_s = 0;
  for (std::size_t i = 0; i < count; ++i) {
    starts.requests.push_back(measured[i].request);
    starts.requests.back().expected_s = 0;
    overhead_s += std::max(0.0, measured[i].wall_s - measured[i].readings_s);
    readings_s += measured[i].readings_s;
  }
  return readings_s > 0 ? (left_s - planned_s(starts) - overhead_s) / readings_s : 0;
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
  for (auto& [name, rate] : sample.rates) rate = profiles::rate_of(rate.median * first.median_s, pooled);
  sample.timing = std::move(pooled);
}

void widen(profiles::Sample& sample, double half_width) {
  profiles::Timing& timing = *sample.timing;
  timing.low_s = std::min(timing.low_s, timing.median_s * std::exp(-half_width));
  timing.high_s = std::max(timing.high_s, timing.median_s * std::exp(half_width));
  for (auto& [name, rate] : sample.rates) rate = profiles::rate_of(rate.median * timing.median_s, timing);
}

double half_spread(std::vector<double> differences) {
  std::sort(differences.begin(), differences.end());
  return quantile(differences, spread_quantile) / 2;
}

bool is_measured(profiles::Sample const& sample) {
  return sample.status == profiles::SampleStatus::ok && sample.timing && sample.timing->median_s > 0;
}

}  // namespace

bool is_repeated(std::string_view probe) {
  Probe const* const found = find_probe(probe);
  return found == nullptr || found->repeated;
}

SamplePlan repeat_plan(std::vector<Measured> const& measured, double left_s) {
  std::size_t count = measured.size();
  while (count > 0 && share_of(measured, count, left_s) < least_share) --count;
  SamplePlan plan;
  if (count == 0) return plan;
  double const share = std::min(1.0, share_of(measured, count, left_s));
  for (std::size_t i = 0; i < count; ++i) {
    SampleRequest request = measured[i].request;
    request.id = static_cast<std::int64_t>(i);
    request.rule.max_total_s = share * measured[i].readings_s;
    request.expected_s = measured[i].wall_s - measured[i].readings_s + request.rule.max_total_s;
    plan.requests.push_back(std::move(request));
  }
  return plan;
}

void cover_repeats(std::vector<profiles::Sample>& samples, std::vector<Repeat> const& repeats, double drift) {
  std::map<std::string, std::vector<double>> by_probe;
  std::vector<double> all;
  for (auto const& repeat : repeats) {
    profiles::Sample& sample = samples.at(repeat.place);
    if (!is_measured(sample) || !(repeat.timing.median_s > 0)) continue;
    double const difference = std::abs(std::log(repeat.timing.median_s / sample.timing->median_s));
    by_probe[sample.probe].push_back(difference);
    all.push_back(difference);
    pool(sample, repeat.timing);
  }
  double const of_all = all.empty() ? std::log1p(drift) / 2 : half_spread(all);
  for (profiles::Sample& sample : samples) {
    if (!is_measured(sample) || !is_repeated(sample.probe)) continue;
    auto const& own = by_probe[sample.probe];
    widen(sample, own.size() < least_repeats ? of_all : half_spread(own));
  }
}

}  // namespace hpcadvise::probes

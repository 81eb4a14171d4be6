// SPDX-License-Identifier: Apache-2.0
#include "probes/stopping_rule.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>

namespace hpcadvise::probes {

profiles::Timing summarize(std::span<double const> readings_s, std::int64_t calls_per_reading) {
  if (readings_s.empty()) throw std::invalid_argument("no readings to summarize");
  if (!std::ranges::all_of(readings_s, [](double reading_s) { return std::isfinite(reading_s) && reading_s >= 0; }))
    throw std::invalid_argument("a reading is negative or not a finite number: the clock cannot be trusted");

  profiles::Timing timing;
  timing.count = std::int64_t(readings_s.size());
  timing.calls_per_reading = calls_per_reading;
  timing.readings_s.assign(readings_s.begin(), readings_s.end());

  std::vector<double> sorted = timing.readings_s;
  std::ranges::sort(sorted);
  auto const ranks = median_interval_ranks(timing.count).value_or(MedianRanks{.low = 0, .high = timing.count - 1});
  timing.median_s = quantile(sorted, 0.5);
  timing.low_s = sorted[std::size_t(ranks.low)];
  timing.high_s = sorted[std::size_t(ranks.high)];
  timing.minimum_s = sorted.front();
  timing.p10_s = quantile(sorted, 0.10);
  timing.p25_s = quantile(sorted, 0.25);
  timing.p75_s = quantile(sorted, 0.75);
  timing.p90_s = quantile(sorted, 0.90);
  return timing;
}

std::optional<profiles::StopReason> stop_reason(StoppingRule const& rule, profiles::Timing const& so_far) {
  bool const has_interval = median_interval_ranks(so_far.count).has_value();
  if (has_interval && so_far.count >= rule.min_readings && so_far.median_s > 0 &&
      so_far.relative_half_width() <= rule.target_half_width)
    return profiles::StopReason::converged;
  bool const is_short = so_far.median_s * double(so_far.calls_per_reading) <= short_reading_s;
  if (so_far.total_s >= rule.max_total_s && (has_interval || !is_short)) return profiles::StopReason::time_limit;
  if (so_far.count >= rule.max_readings) return profiles::StopReason::count_limit;
  return std::nullopt;
}

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#include "probes/stopping_rule.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>

namespace hpcadvise::probes {

// The number of readings below the median is binomial, so the interval between the order statistics of ranks r and
// count - 1 - r misses the median with probability 2 P(B <= r) (David and Nagaraja, Order Statistics, 7.1).
std::optional<MedianRanks> median_interval_ranks(std::int64_t count) {
  constexpr double tail_limit = 0.025;
  double log_term = -double(count) * std::log(2.0);  // log P(B = rank): the term itself underflows for large counts
  double tail = 0;
  std::int64_t rank = 0;
  for (; 2 * rank < count; ++rank) {
    tail += std::exp(log_term);
    if (tail > tail_limit) break;
    log_term += std::log(double(count - rank) / double(rank + 1));
  }
  if (rank == 0) return std::nullopt;
  return MedianRanks{.low = rank - 1, .high = count - rank};
}

double quantile(std::span<double const> sorted, double share) {
  double const position = share * double(sorted.size() - 1);
  auto const below = std::size_t(position);
  auto const above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - double(below)) * (sorted[above] - sorted[below]);
}

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

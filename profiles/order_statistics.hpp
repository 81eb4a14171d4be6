// SPDX-License-Identifier: Apache-2.0
#pragma once

// Medians and quantiles of readings, with intervals that assume no distribution.

#include <cstdint>
#include <optional>
#include <span>

namespace hpcadvise::profiles {

// Ranks (0-based) of the order statistics that enclose the median with at least 95 % confidence, from the binomial
// distribution with p = 1/2. Nothing below 6 readings: no pair of ranks reaches 95 %.
struct MedianRanks {
  std::int64_t low = 0;
  std::int64_t high = 0;
};
std::optional<MedianRanks> median_interval_ranks(std::int64_t count);

// Of sorted values, linear between order statistics (type 7 of Hyndman and Fan 1996). Preconditions: not empty,
// 0 <= share <= 1.
double quantile(std::span<double const> sorted, double share);

}  // namespace hpcadvise::profiles

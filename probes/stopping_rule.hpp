// SPDX-License-Identifier: Apache-2.0
#pragma once

// When a sample has been read often enough, tested on invented numbers without a clock.

#include "profiles/order_statistics.hpp"
#include "profiles/sample.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace hpcadvise::probes {

struct StoppingRule {
  double target_half_width = 0.01;  // of the median's 95 % interval, relative
  double max_total_s = 1.0;         // readings and warm-up together
  std::int64_t min_readings = 11;
  std::int64_t max_readings = 400;
  double warm_up_share = 0.25;  // of max_total_s, at most; what a measurer decides, never part of a plan's file
};

// A reading up to this long is repeated until there is an interval, beyond the sample's time if need be: at most six of
// them, far within the watchdog's limit.
inline constexpr double short_reading_s = 0.2;

using profiles::median_interval_ranks;
using profiles::MedianRanks;
using profiles::quantile;

// Median, interval and quantiles of readings; time spent and stop reason are the caller's to fill in. Fewer than 6:
// low and high are the extremes. Throws std::invalid_argument for no readings, and for one that is not finite or
// below 0: a clock that says so is broken, and no statistic of it means anything.
profiles::Timing summarize(std::span<double const> readings_s, std::int64_t calls_per_reading);

// Nothing while more readings are needed, else why to stop. Needs median, interval, count and total_s. A median of 0
// never converges: the clock saw nothing. Without an interval it never converges either.
std::optional<profiles::StopReason> stop_reason(StoppingRule const& rule, profiles::Timing const& so_far);

}  // namespace hpcadvise::probes

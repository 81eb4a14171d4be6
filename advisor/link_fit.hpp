// SPDX-License-Identifier: Apache-2.0
#pragma once

// A link, from all-reduces of several sizes.

#include <cstdint>
#include <optional>
#include <vector>

namespace hpcadvise::advisor {

struct TimedMessage {
  double bytes = 0;
  double time_s = 0;
};

struct LinkFit {
  double bytes_per_s = 0;
  double latency_s = 0;
  double half_rate_bytes = 0;  // 0: latency and bandwidth alone (alpha-beta) say it as well
  double ramp_exponent = 1;
  double residual = 0;  // root mean square of the relative errors of its times
};

// Of all-reduces over `rank_count` ranks: the parameters of LinkRates whose times (rates.hpp, collective_time_s) are
// nearest in their relative errors, none of them negative. Nothing below four sizes, with none up to 64 KiB or from 16
// MiB, and when the best is 30 % off.
std::optional<LinkFit> fit_link(std::vector<TimedMessage> const& all_reduces, std::int64_t rank_count);

}  // namespace hpcadvise::advisor

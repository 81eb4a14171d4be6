// SPDX-License-Identifier: Apache-2.0
#include "profiles/order_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace hpcadvise::profiles {

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

}  // namespace hpcadvise::profiles

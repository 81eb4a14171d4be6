// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/bench/paired_ratio.hpp"

#include "probes/stopping_rule.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

namespace hpcadvise::probes::runner {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double seconds_of(std::function<void()> const& body) {
  auto const start = Clock::now();
  body();
  return seconds_since(start);
}

// Reads values until the budget is spent.
template <class Read>
std::vector<double> readings(PairBudget const& budget, Read&& read) {
  std::vector<double> values;
  auto const start = Clock::now();
  while (int(values.size()) < budget.min_pairs ||
         (int(values.size()) < budget.max_pairs && seconds_since(start) < budget.max_total_s)) {
    values.push_back(read());
  }
  return values;
}

}  // namespace

BenchmarkResult median_of(std::span<double const> values, std::string unit, std::string against) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  auto const count = std::int64_t(sorted.size());
  auto const ranks = median_interval_ranks(count).value_or(MedianRanks{.low = 0, .high = count - 1});
  return {.value = quantile(sorted, 0.5),
          .low = sorted[std::size_t(ranks.low)],
          .high = sorted[std::size_t(ranks.high)],
          .unit = std::move(unit),
          .against = std::move(against)};
}

BenchmarkResult paired_ratio(std::function<void()> const& ours, std::function<void()> const& other, std::string against,
                             PairBudget const& budget) {
  other();
  ours();
  bool ours_first = false;
  auto const ratios = readings(budget, [&] {
    ours_first = !ours_first;
    double const first_s = seconds_of(ours_first ? ours : other);
    double const second_s = seconds_of(ours_first ? other : ours);
    return ours_first ? second_s / first_s : first_s / second_s;
  });
  return median_of(ratios, "ratio", std::move(against));
}

BenchmarkResult rate(double work, std::string unit, std::function<void()> const& body, PairBudget const& budget) {
  body();
  return median_of(readings(budget, [&] { return work / seconds_of(body); }), std::move(unit), {});
}

}  // namespace hpcadvise::probes::runner

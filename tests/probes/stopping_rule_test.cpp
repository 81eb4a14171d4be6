// SPDX-License-Identifier: Apache-2.0
#include "probes/stopping_rule.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

using namespace hpcadvise;
using Catch::Matchers::WithinRel;
using probes::median_interval_ranks;
using probes::quantile;
using probes::stop_reason;
using probes::summarize;
using profiles::StopReason;

namespace {

// The confidence that a pair of symmetric ranks has, by Pascal's triangle instead of the code's recurrence.
double confidence_of(std::int64_t count, std::int64_t low_rank) {
  std::vector<double> row{1.0};
  for (std::int64_t n = 0; n < count; ++n) {
    std::vector<double> next(row.size() + 1, 0.0);
    for (std::size_t i = 0; i < row.size(); ++i) {
      next[i] += row[i] / 2;
      next[i + 1] += row[i] / 2;
    }
    row = next;
  }
  double tail = 0;
  for (std::int64_t i = 0; i <= low_rank; ++i) tail += row[std::size_t(i)];
  return 1 - 2 * tail;
}

profiles::Timing timing_of(std::vector<double> const& readings_s, double total_s = 0.5) {
  auto timing = summarize(readings_s, 1);
  timing.total_s = total_s;
  return timing;
}

}  // namespace

TEST_CASE("Fewer than 6 readings enclose the median with no 95 % confidence", "[probes][stopping-rule]") {
  // The extremes of 5 miss it with probability 2 / 2^5 = 6.25 %.
  for (std::int64_t count = 0; count < 6; ++count) CHECK_FALSE(median_interval_ranks(count));
}

TEST_CASE("The ranks around the median follow from coin tosses", "[probes][stopping-rule]") {
  SECTION("6 readings: the extremes, 1 - 2/64 = 96.9 %") {
    auto const ranks = median_interval_ranks(6).value();
    CHECK(ranks.low == 0);
    CHECK(ranks.high == 5);
  }
  SECTION("9 readings: one in from the extremes, 1 - 2 (1 + 9)/512 = 96.1 %") {
    auto const ranks = median_interval_ranks(9).value();
    CHECK(ranks.low == 1);
    CHECK(ranks.high == 7);
  }
  SECTION("11 readings: 1 and 9 have 1 - 2 (1 + 11)/2048 = 98.8 %, 2 and 8 only 93.5 %") {
    auto const ranks = median_interval_ranks(11).value();
    CHECK(ranks.low == 1);
    CHECK(ranks.high == 9);
  }
}

TEST_CASE("The ranks are the narrowest symmetric pair with 95 %", "[probes][stopping-rule]") {
  for (std::int64_t count = 6; count <= 300; ++count) {
    auto const ranks = median_interval_ranks(count).value();
    CAPTURE(count, ranks.low, ranks.high);
    CHECK(ranks.low + ranks.high == count - 1);
    CHECK(confidence_of(count, ranks.low) >= 0.95);
    CHECK(confidence_of(count, ranks.low + 1) < 0.95);
  }
}

TEST_CASE("The ranks of a million readings stand where the normal law puts them", "[probes][stopping-rule]") {
  // n/2 - 1.96 sqrt(n)/2 = 499,020; 2^-1000000 underflows, so the sum has to be taken with care.
  auto const ranks = median_interval_ranks(1'000'000).value();
  CHECK(std::abs(double(ranks.low) - 499'020) < 3);
}

TEST_CASE("Quantiles are linear between order statistics", "[probes][stopping-rule]") {
  std::vector<double> const sorted{1, 2, 3, 4, 5};
  CHECK(quantile(sorted, 0.0) == 1);
  CHECK(quantile(sorted, 0.25) == 2);
  CHECK_THAT(quantile(sorted, 0.10), WithinRel(1.4));
  CHECK(quantile(sorted, 1.0) == 5);
  CHECK(quantile(std::vector<double>{7.0}, 0.9) == 7);
}

TEST_CASE("A summary keeps the readings in the order taken", "[probes][stopping-rule]") {
  std::vector<double> const readings_s{5, 1, 4, 2, 3, 9, 8, 7, 6};
  auto const timing = summarize(readings_s, 10);
  CHECK(timing.readings_s == readings_s);
  CHECK(timing.count == 9);
  CHECK(timing.calls_per_reading == 10);
  CHECK(timing.median_s == 5);
  CHECK(timing.minimum_s == 1);
  CHECK(timing.low_s == 2);   // rank 1 of 1..9
  CHECK(timing.high_s == 8);  // rank 7
  CHECK(timing.p25_s == 3);
  CHECK(timing.p75_s == 7);
  CHECK_THAT(timing.p10_s, WithinRel(1.8));
  CHECK_THAT(timing.p90_s, WithinRel(8.2));
}

TEST_CASE("The median of an even number of readings lies between the middle two", "[probes][stopping-rule]") {
  CHECK(summarize(std::vector<double>{4, 1, 2, 10}, 1).median_s == 3);
}

TEST_CASE("Few readings have their extremes as interval", "[probes][stopping-rule]") {
  auto const timing = summarize(std::vector<double>{3, 1, 2}, 1);
  CHECK(timing.low_s == 1);
  CHECK(timing.high_s == 3);
}

TEST_CASE("A reading that no clock can give is refused", "[probes][stopping-rule]") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(summarize({}, 1), std::invalid_argument);
  CHECK_THROWS_AS(summarize(std::vector<double>{1, std::nan(""), 1}, 1), std::invalid_argument);
  CHECK_THROWS_AS(summarize(std::vector<double>{1, infinity}, 1), std::invalid_argument);
  CHECK_THROWS_AS(summarize(std::vector<double>{1, -1e-9}, 1), std::invalid_argument);
}

TEST_CASE("Readings that agree converge", "[probes][stopping-rule]") {
  CHECK(stop_reason({}, timing_of(std::vector<double>(11, 1.0))) == StopReason::converged);
}

TEST_CASE("Agreement of too few readings is not convergence", "[probes][stopping-rule]") {
  CHECK_FALSE(stop_reason({}, timing_of(std::vector<double>(10, 1.0))));
  // A rule that asks for 3 readings still has no interval below 6.
  probes::StoppingRule const hasty{.min_readings = 3};
  CHECK_FALSE(stop_reason(hasty, timing_of({1, 1, 1})));
}

TEST_CASE("Readings of 1, 3, 1 do not pass for steady ones", "[probes][stopping-rule]") {
  // Their median absolute deviation is 0; their order statistics are not fooled.
  probes::StoppingRule const hasty{.min_readings = 3};
  CHECK_FALSE(stop_reason(hasty, timing_of({1, 3, 1})));
  CHECK_FALSE(stop_reason(hasty, timing_of({1, 3, 1, 1, 1, 1})));
}

TEST_CASE("A clock that always says 0 never converges", "[probes][stopping-rule]") {
  CHECK_FALSE(stop_reason({}, timing_of(std::vector<double>(50, 0.0))));
}

TEST_CASE("One wild reading among steady ones does not prevent convergence", "[probes][stopping-rule]") {
  std::vector<double> readings_s(20, 1.0);
  readings_s[7] = 1000.0;
  CHECK(stop_reason({}, timing_of(readings_s)) == StopReason::converged);
}

TEST_CASE("Noise that never settles ends at the time limit, or at the largest count", "[probes][stopping-rule]") {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> between(1.0, 2.0);
  std::vector<double> readings_s(100);
  for (double& reading_s : readings_s) reading_s = between(random);

  CHECK_FALSE(stop_reason({.max_total_s = 1}, timing_of(readings_s, 0.99)));
  CHECK(stop_reason({.max_total_s = 1}, timing_of(readings_s, 1.0)) == StopReason::time_limit);
  CHECK(stop_reason({.max_total_s = 1, .max_readings = 100}, timing_of(readings_s, 0.9)) == StopReason::count_limit);
}

TEST_CASE("Fewer than 6 readings never converge, whatever the rule asks", "[probes][stopping-rule]") {
  probes::StoppingRule const hasty{.target_half_width = 1, .max_total_s = 100, .min_readings = 1};
  for (std::size_t count = 1; count < 6; ++count)
    CHECK_FALSE(stop_reason(hasty, timing_of(std::vector<double>(count, 1.0))));
  CHECK(stop_reason(hasty, timing_of(std::vector<double>(6, 1.0))) == StopReason::converged);
}

TEST_CASE("Short readings go on past the limit until there is an interval", "[probes][stopping-rule]") {
  probes::StoppingRule const brief{.max_total_s = 0.25};
  CHECK_FALSE(stop_reason(brief, timing_of(std::vector<double>(5, 0.15), 0.75)));
  CHECK(stop_reason(brief, timing_of(std::vector<double>(6, 0.15), 0.9)) == StopReason::time_limit);
  CHECK(stop_reason(brief, timing_of({0.25}, 0.3)) == StopReason::time_limit);
  // A reading is all its calls.
  auto batch = summarize(std::vector<double>{0.15}, 2);
  batch.total_s = 0.3;
  CHECK(stop_reason(brief, batch) == StopReason::time_limit);
  CHECK(stop_reason({.max_total_s = 0.25, .max_readings = 3}, timing_of({0.1, 0.1, 0.1}, 0.3)) ==
        StopReason::count_limit);
}

TEST_CASE("A body longer than the limit is read once", "[probes][stopping-rule]") {
  CHECK(stop_reason({.max_total_s = 1}, timing_of({5.0}, 5.0)) == StopReason::time_limit);
}

TEST_CASE("The 95 % interval holds the true median in at least 95 % of trials", "[probes][stopping-rule]") {
  std::mt19937_64 random(20);
  std::exponential_distribution<double> skewed(1.0);  // true median: log 2
  int const trials = 2000;
  int hits = 0;
  for (int trial = 0; trial < trials; ++trial) {
    std::vector<double> readings_s(25);
    for (double& reading_s : readings_s) reading_s = skewed(random);
    auto const timing = summarize(readings_s, 1);
    hits += timing.low_s <= std::log(2.0) && std::log(2.0) <= timing.high_s;
  }
  CHECK(hits >= trials * 95 / 100);
}

// SPDX-License-Identifier: Apache-2.0
#pragma once

// Runs a body until its timing can be trusted. The only place that reads a clock; tests pass one of their own.

#include "probes/stopping_rule.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

namespace hpcadvise::probes {

// One process that measures alone. Ranks that measure together pass a type with the same two functions: `align`
// returns on all of them at about the same time, and `slowest` returns on all of them the largest of their values,
// so that all see the same readings, spend the same time, and stop at the same reading.
struct Alone {
  void align() const {}
  double slowest(double value) const { return value; }
};

// The time between two different answers of the clock: its tick, or what it costs to read if that is more. The median
// of some, because a process can be put aside between two answers.
template <class Clock = std::chrono::steady_clock>
double clock_resolution_s() {
  constexpr int most_reads = 10'000'000;
  std::array<double, 101> steps_s{};
  int reads = 0;
  for (double& step_s : steps_s) {
    auto const before = Clock::now();
    auto after = before;
    while (after == before && ++reads < most_reads) after = Clock::now();
    step_s = std::chrono::duration<double>(after - before).count();
  }
  if (reads >= most_reads) throw std::runtime_error("the clock does not advance");
  std::ranges::sort(steps_s);
  return quantile(steps_s, 0.5);
}

namespace detail {

// A reading this many times the clock's resolution is known to 0.1 %.
inline constexpr double resolutions_per_reading = 1000;
inline constexpr std::int64_t most_calls_per_reading = std::int64_t{1} << 24;
inline constexpr std::size_t most_warm_up_readings = 60;
inline constexpr double settled_within = 0.02;

inline double median_of_3(std::span<double const, 3> values) {
  return std::max(std::min(values[0], values[1]), std::min(std::max(values[0], values[1]), values[2]));
}

// The running median has settled when that of the last three readings is that of the three before.
inline bool settled(std::vector<double> const& readings_s) {
  if (readings_s.size() < 6) return false;
  std::span<double const> const last = std::span(readings_s).last(6);
  double const before_s = median_of_3(last.first<3>());
  double const now_s = median_of_3(last.last<3>());
  return std::abs(now_s - before_s) <= settled_within * before_s;
}

}  // namespace detail

// Takes readings until the stopping rule is satisfied. `body(calls)` makes so many calls and returns when the work of
// all of them is done. A reading times as many calls as are long against the clock's resolution and as let
// `max_readings` fill `max_total_s`: a short call is watched for as long as a long one. Warm-up lasts until the running
// median settles, at most the rule's share of the time; then `when_warm` is called once, and what comes after are the
// timed readings. When the first call alone spends the whole time and is not short, it is the one reading there is, and
// `when_warm` is not called. Whatever `body` throws passes through.
template <class Clock = std::chrono::steady_clock, class Body, class WhenWarm, class Ranks = Alone>
profiles::Timing measure(StoppingRule const& rule, double clock_resolution_s, Body&& body, WhenWarm&& when_warm,
                         Ranks const& ranks = {}) {
  auto const seconds_since = [](auto start) { return std::chrono::duration<double>(Clock::now() - start).count(); };
  auto const start = Clock::now();
  auto const spent_s = [&] { return ranks.slowest(seconds_since(start)); };
  auto const reading_s = [&](std::int64_t calls) {
    ranks.align();
    auto const begin = Clock::now();
    body(calls);
    return ranks.slowest(seconds_since(begin));
  };
  auto const finished = [&](std::vector<double> const& readings_s, std::int64_t calls) {
    auto timing = summarize(readings_s, calls);
    timing.total_s = spent_s();
    return timing;
  };

  double const warm_up_limit_s = rule.warm_up_share * rule.max_total_s;
  // Each rank knows its own clock: one that took another number of readings would leave the others waiting.
  double const long_enough_s = std::max(detail::resolutions_per_reading * ranks.slowest(clock_resolution_s),
                                        rule.max_total_s / double(rule.max_readings));
  std::int64_t calls = 1;
  double last_s = reading_s(calls);
  while (spent_s() < warm_up_limit_s) {
    // What looks long may have met a page fault, or another process: it has to look long twice.
    if (last_s >= long_enough_s) last_s = std::min(last_s, reading_s(calls));
    if (last_s >= long_enough_s || calls >= detail::most_calls_per_reading) break;
    calls *= last_s < long_enough_s / 16 ? 8 : 2;
    last_s = reading_s(calls);
  }

  std::vector<double> readings_s{last_s / double(calls)};
  if (last_s > short_reading_s && spent_s() >= rule.max_total_s) {
    auto timing = finished(readings_s, calls);
    timing.stop = profiles::StopReason::time_limit;
    return timing;
  }
  while (!detail::settled(readings_s) && readings_s.size() < detail::most_warm_up_readings &&
         spent_s() + last_s < warm_up_limit_s) {
    last_s = reading_s(calls);
    readings_s.push_back(last_s / double(calls));
  }

  readings_s.clear();
  when_warm();
  // Looking after every reading would cost time, and would find the narrow interval that chance offers sooner or
  // later: each look comes a quarter of the readings after the one before.
  for (auto next_look = rule.min_readings;;) {
    readings_s.push_back(reading_s(calls) / double(calls));
    auto const count = std::int64_t(readings_s.size());
    if (count < std::min(next_look, rule.max_readings) && spent_s() < rule.max_total_s) continue;
    auto timing = finished(readings_s, calls);
    if (auto const reason = stop_reason(rule, timing)) {
      timing.stop = *reason;
      return timing;
    }
    next_look = std::max(next_look, count + std::max<std::int64_t>(1, count / 4));
  }
}

template <class Clock = std::chrono::steady_clock, class Body>
profiles::Timing measure(StoppingRule const& rule, double clock_resolution_s, Body&& body) {
  return measure<Clock>(rule, clock_resolution_s, body, [] {});
}

}  // namespace hpcadvise::probes

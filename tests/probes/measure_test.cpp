// SPDX-License-Identifier: Apache-2.0
#include "probes/measure.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <barrier>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace hpcadvise;
using Catch::Matchers::WithinRel;
using profiles::StopReason;

namespace {

// A clock that stands still until it is told otherwise. Each thread has its own, as each rank does.
struct ManualClock {
  using duration = std::chrono::duration<double>;
  using time_point = std::chrono::time_point<ManualClock, duration>;
  static thread_local double now_s;
  static time_point now() { return time_point(duration(now_s)); }
};
thread_local double ManualClock::now_s = 0;

struct TickingClock : ManualClock {
  static time_point now() {
    now_s += 1e-6 / 4;
    return time_point(duration(1e-6 * double(std::int64_t(now_s * 1e6 + 1e-3))));
  }
};

constexpr double resolution_s = 1e-9;

// A body whose n-th call (from 0) takes as long as `duration_s(n)` says.
auto body_taking(std::function<double(int)> duration_s, int& calls) {
  return [duration_s = std::move(duration_s), &calls](std::int64_t wanted) {
    for (std::int64_t i = 0; i < wanted; ++i) ManualClock::now_s += duration_s(calls++);
  };
}

profiles::Timing measured(probes::StoppingRule const& rule, std::function<double(int)> duration_s) {
  int calls = 0;
  return probes::measure<ManualClock>(rule, resolution_s, body_taking(std::move(duration_s), calls));
}

}  // namespace

TEST_CASE("A steady body is read as often as the rule asks and no more", "[probes][measure]") {
  auto const timing = measured({}, [](int) { return 0.01; });
  CHECK(timing.stop == StopReason::converged);
  CHECK(timing.count == 11);
  CHECK(timing.calls_per_reading == 1);
  CHECK(timing.readings_s.size() == 11);
  CHECK_THAT(timing.median_s, WithinRel(0.01, 1e-9));
}

TEST_CASE("A body short against the clock's resolution is timed in batches", "[probes][measure]") {
  int calls = 0;
  // 1000 resolutions are 1e-5 s: at least 10,000 calls of 1e-9 s.
  probes::StoppingRule const rule{.max_total_s = 1e-3, .max_readings = 400};
  auto const timing = probes::measure<ManualClock>(rule, 1e-8, body_taking([](int) { return 1e-9; }, calls));
  CHECK(timing.calls_per_reading >= 10'000);
  CHECK(timing.calls_per_reading < 80'000);
  CHECK_THAT(timing.median_s, WithinRel(1e-9, 1e-6));
}

TEST_CASE("A short body is watched long enough for its readings to fill the time", "[probes][measure]") {
  // 1 s over at most 400 readings: 2.5e-3 s a reading, 250 calls of 1e-5 s.
  auto const timing = measured({}, [](int) { return 1e-5; });
  CHECK(timing.calls_per_reading >= 250);
  CHECK(timing.calls_per_reading < 2'000);
}

TEST_CASE("A first call that was held up does not pass for a long one", "[probes][measure]") {
  auto const timing = measured({}, [](int call) { return call == 0 ? 0.05 : 1e-5; });
  CHECK(timing.calls_per_reading >= 250);
  CHECK_THAT(timing.median_s, WithinRel(1e-5, 1e-6));
}

TEST_CASE("Calls that are slower at first are not among the readings", "[probes][measure]") {
  auto const timing = measured({.max_total_s = 10}, [](int call) { return call < 20 ? 0.1 - 0.004 * call : 0.01; });
  CHECK(timing.stop == StopReason::converged);
  CHECK_THAT(timing.p90_s, WithinRel(0.01, 1e-9));
}

TEST_CASE("Warm-up that never ends takes a quarter of the time", "[probes][measure]") {
  double spent_when_warm_s = -1;
  int calls = 0;
  double const start_s = ManualClock::now_s;
  probes::measure<ManualClock>({.max_total_s = 1}, resolution_s,
                               body_taking([](int call) { return 0.02 * (1 + 0.1 * (call / 3 % 2)); }, calls),
                               [&] { spent_when_warm_s = ManualClock::now_s - start_s; });
  CHECK(spent_when_warm_s > 0.2);
  CHECK(spent_when_warm_s <= 0.25);
}

TEST_CASE("Noise that never settles ends at the time limit", "[probes][measure]") {
  auto const timing = measured({.max_total_s = 1}, [](int call) { return call % 2 == 0 ? 0.01 : 0.02; });
  CHECK(timing.stop == StopReason::time_limit);
  CHECK(timing.total_s >= 1);
  CHECK(timing.total_s < 1.03);
}

TEST_CASE("Readings of 1, 3, 1, 1, 3, 1 do not converge", "[probes][measure]") {
  constexpr double durations_s[] = {0.01, 0.03, 0.01};
  auto const timing = measured({.max_total_s = 0.4}, [&](int call) { return durations_s[call % 3]; });
  CHECK(timing.stop == StopReason::time_limit);
}

TEST_CASE("Noise that never settles ends at the largest count", "[probes][measure]") {
  // Slow first calls make one call look long enough for a reading.
  auto const timing = measured({.max_total_s = 100, .max_readings = 50}, [](int call) {
    return call < 2 ? 3.0 : call % 2 == 0 ? 1.0 : 1.5;
  });
  CHECK(timing.stop == StopReason::count_limit);
  CHECK(timing.count == 50);
}

TEST_CASE("A largest count below the smallest still ends", "[probes][measure]") {
  auto const timing = measured({.max_total_s = 1, .min_readings = 11, .max_readings = 3}, [](int) { return 0.34; });
  CHECK(timing.count <= 3);
}

TEST_CASE("A body longer than the limit is called once", "[probes][measure]") {
  int calls = 0;
  int warm = 0;
  auto const timing = probes::measure<ManualClock>({.max_total_s = 1}, resolution_s,
                                                   body_taking([](int) { return 5.0; }, calls), [&] { ++warm; });
  CHECK(calls == 1);
  CHECK(warm == 0);
  CHECK(timing.stop == StopReason::time_limit);
  CHECK_THAT(timing.median_s, WithinRel(5.0));
  CHECK(timing.count == 1);
}

TEST_CASE("A call shorter than a fifth of a second has an interval, however little time it has", "[probes][measure]") {
  for (double const max_total_s : {0.1, 0.25}) {
    auto const timing = measured({.max_total_s = max_total_s}, [](int) { return 0.15; });
    CHECK(timing.count == 6);
    CHECK(timing.stop == StopReason::time_limit);
    CHECK(timing.total_s < 1.21);
  }
}

TEST_CASE("A body that takes no time at all still ends", "[probes][measure]") {
  int calls = 0;
  auto const timing =
      probes::measure<ManualClock>({.max_readings = 20}, resolution_s, body_taking([](int) { return 0.0; }, calls));
  CHECK(timing.stop == StopReason::count_limit);
  CHECK(timing.median_s == 0);
}

TEST_CASE("Counters can be started between the warm-up and the readings", "[probes][measure]") {
  int calls = 0;
  int calls_when_warm = 0;
  auto const timing = probes::measure<ManualClock>({}, resolution_s, body_taking([](int) { return 0.01; }, calls),
                                                   [&] { calls_when_warm = calls; });
  CHECK(calls - calls_when_warm == timing.count * timing.calls_per_reading);
}

TEST_CASE("What a body throws passes through", "[probes][measure]") {
  CHECK_THROWS_AS(
      probes::measure<ManualClock>({}, resolution_s, [](std::int64_t) { throw std::runtime_error("no memory"); }),
      std::runtime_error);
}

namespace {

// Two threads in place of two ranks.
struct Pair {
  std::barrier<>& meeting;
  std::vector<double>& values;
  std::size_t rank;

  void align() const { meeting.arrive_and_wait(); }
  double slowest(double value) const {
    values[rank] = value;
    meeting.arrive_and_wait();
    double const largest = std::max(values[0], values[1]);
    meeting.arrive_and_wait();
    return largest;
  }
};

}  // namespace

TEST_CASE("Ranks agree on every reading, on the count and on why they stopped", "[probes][measure]") {
  std::barrier<> meeting(2);
  std::vector<double> values(2);
  std::vector<profiles::Timing> timings(2);
  auto const rank_body = [&](std::size_t rank) {
    int calls = 0;
    // Rank 0 is slower in even calls, rank 1 in odd ones, and only rank 1 is noisy.
    auto const duration_s = [rank](int call) {
      return rank == 0 ? (call % 2 == 0 ? 0.03 : 0.01) : 0.02 + 0.001 * (call % 7);
    };
    timings[rank] = probes::measure<ManualClock>(
        {.max_total_s = 1}, resolution_s, body_taking(duration_s, calls), [] {}, Pair{meeting, values, rank});
  };
  std::jthread other(rank_body, 1);
  rank_body(0);
  other.join();

  CHECK(timings[0].readings_s == timings[1].readings_s);
  CHECK(timings[0].stop == timings[1].stop);
  CHECK(timings[0].total_s == timings[1].total_s);
  CHECK_THAT(timings[0].p90_s, WithinRel(0.03, 1e-9));  // rank 0's slow calls
  CHECK(timings[0].minimum_s > 0.0199);                 // rank 1 where rank 0 is quick
}

TEST_CASE("Ranks whose clocks differ take as many calls as the coarsest one needs", "[probes][measure]") {
  std::barrier<> meeting(2);
  std::vector<double> values(2);
  std::vector<profiles::Timing> timings(2);
  auto const rank_body = [&](std::size_t rank) {
    int calls = 0;
    timings[rank] = probes::measure<ManualClock>(
        {.max_total_s = 1}, rank == 0 ? 1e-9 : 1e-5, body_taking([](int) { return 1e-4; }, calls), [] {},
        Pair{meeting, values, rank});
    meeting.arrive_and_drop();  // so that a rank that disagrees fails the test and does not wait for ever
  };
  std::jthread other(rank_body, 1);
  rank_body(0);
  other.join();
  CHECK(timings[0].calls_per_reading >= 100);  // 1000 steps of 1e-5 s are 1e-2 s
  CHECK(timings[0].calls_per_reading == timings[1].calls_per_reading);
  CHECK(timings[0].readings_s == timings[1].readings_s);
}

TEST_CASE("The clock's resolution is the step between its answers", "[probes][measure]") {
  CHECK_THAT(probes::clock_resolution_s<TickingClock>(), WithinRel(1e-6, 1e-6));
  CHECK(probes::clock_resolution_s() > 0);
  CHECK(probes::clock_resolution_s() < 1e-3);
}

TEST_CASE("A clock that stands still is an error, not an endless loop", "[probes][measure]") {
  CHECK_THROWS_AS(probes::clock_resolution_s<ManualClock>(), std::runtime_error);
}

// SPDX-License-Identifier: Apache-2.0
#include "advisor/step_readings.hpp"

#include "fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <limits>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;

namespace {

TrainingLog log_of(std::vector<double> const& times_s) {
  TrainingLog log;
  for (double const time_s : times_s) {
    LogStep step;
    step.iteration = std::int64_t(log.steps.size()) + 1;
    step.step_time_s = time_s;
    log.steps.push_back(step);
  }
  return log;
}

StepReadings readings(TrainingLog const& log) { return step_readings(log, job_of(small_gpt()), plan_of(1, 1, 8)); }

}  // namespace

TEST_CASE("The first five iterations are warm-up, the rest gives the median and its interval", "[verify]") {
  auto const result = readings(log_of({9, 3, 2, 2, 2, 1.0, 1.1, 1.2, 1.0, 1.1, 1.2, 1.3}));
  CHECK(result.warm_up == 5);
  CHECK(result.times_s.size() == 7);
  CHECK(result.median_s == 1.1);
  CHECK(result.low_s == 1.0);  // of 7 readings the extremes enclose the median with 98 %
  CHECK(result.high_s == 1.3);
}

TEST_CASE("A reading that is no time is left out and counted", "[verify]") {
  auto const result = readings(log_of({9, 3, 2, 2, 2, 1.0, 0, 1.1, -4, 1.2}));
  CHECK(result.no_times == 2);
  CHECK(result.median_s == 1.1);
}

TEST_CASE("A log with an interval between its lines loses one line to warm-up after each start", "[verify]") {
  auto log = log_of({9, 1, 1, 8, 1, 1});
  for (std::size_t i = 0; i < log.steps.size(); ++i) {
    log.steps[i].iteration = std::int64_t(10 * (i % 3 + 1));
    log.steps[i].segment = int(i / 3);
  }
  auto const result = readings(log);
  CHECK(result.warm_up == 2);
  CHECK(result.high_s == 1);
}

TEST_CASE("A log that ends within the warm-up still says something, and that it is doubtful", "[verify]") {
  auto const result = readings(log_of({9, 3, 2}));
  CHECK(result.median_s == 2);
  CHECK_THAT(result.notes.front(), ContainsSubstring("warm-up"));
  CHECK_THAT(readings(log_of({9})).notes.front(), ContainsSubstring("one reading"));
}

TEST_CASE("Pauses are counted and left out, but not when every third step is one", "[verify]") {
  std::vector<double> times_s(25, 1.0);
  times_s[15] = 11.0;
  auto const paused = readings(log_of(times_s));
  CHECK(paused.pauses == 1);
  CHECK(paused.high_s == 1.0);
  CHECK_THAT(paused.pauses_share_of_time, WithinRel(10.0 / 30.0, 1e-12));  // 20 readings, one of them 11 s

  for (std::size_t i = 6; i < times_s.size(); i += 3) times_s[i] = 2.0;
  auto const mixed = readings(log_of(times_s));
  CHECK(mixed.pauses == 0);
  CHECK(mixed.high_s > 1.0);
}

TEST_CASE("Throughputs become step times by the plan's batch", "[verify]") {
  auto const job = job_of(small_gpt(), 1024, 64);
  auto const plan = plan_of(1, 1, 8, 2, 64);  // 4 micro-batches
  auto const one = [&](auto set) {
    TrainingLog log;
    log.steps.resize(1);
    set(log.steps[0]);
    return step_readings(log, job, plan).median_s;
  };
  CHECK(one([](LogStep& step) { step.samples_per_s = 32; }) == 2.0);
  CHECK(one([](LogStep& step) { step.tokens_per_s_per_device = 4096; }) == 2.0);
  CHECK(one([](LogStep& step) { step.micro_step_time_s = 0.5; }) == 2.0);
}

TEST_CASE("Only steps of the plan's global batch count; a log without one is refused with both values", "[verify]") {
  auto log = log_of(std::vector<double>(12, 1.0));
  for (std::size_t i = 0; i < 8; ++i) {
    log.steps[i].global_batch = 32;
    log.steps[i].step_time_s = 0.5;
  }
  CHECK(readings(log).median_s == 1.0);
  CHECK(readings(log).other_batches == 8);
  for (auto& step : log.steps) step.global_batch = 32;
  CHECK_THROWS_WITH(readings(log), ContainsSubstring("32") && ContainsSubstring("64"));
}

TEST_CASE("Running averages have no interval of independent readings: their extremes stand", "[verify]") {
  std::vector<double> times_s(40, 1.0);
  times_s[20] = 1.2;
  auto log = log_of(times_s);
  CHECK(readings(log).high_s == 1.0);
  log.smoothed = true;
  CHECK(readings(log).high_s == 1.2);
}

TEST_CASE("Losses that are no numbers are counted and their steps stay", "[verify]") {
  auto log = log_of(std::vector<double>(12, 1.0));
  log.steps[9].loss = std::numeric_limits<double>::quiet_NaN();
  CHECK(readings(log).nan_losses == 1);
  CHECK(readings(log).times_s.size() == 7);
}

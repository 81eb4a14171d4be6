// SPDX-License-Identifier: Apache-2.0
#include "probes/repeats.hpp"

#include "probes/plan.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using profiles::WidenedBy;

namespace {

profiles::Timing steady(double median_s) {
  profiles::Timing timing = summarize(std::vector<double>(11, median_s), 1);
  timing.total_s = 1;
  return timing;
}

profiles::Sample sample_of(char const* probe, double median_s) {
  profiles::Sample sample;
  sample.probe = probe;
  sample.timing = steady(median_s);
  sample.rates["flops_per_s"] = profiles::rate_of(8, *sample.timing);
  return sample;
}

std::vector<Measured> measured(std::size_t count, double wall_s, double readings_s) {
  std::vector<Measured> result(count);
  for (std::size_t i = 0; i < count; ++i) {
    result[i] = {{}, i, wall_s, readings_s};
    result[i].request.rule.max_total_s = 5;
    result[i].request.expected_s = 6;
  }
  return result;
}

profiles::Sentinel sentinel_of(std::vector<double> medians_s) {
  profiles::Sentinel sentinel;
  sentinel.medians_s = std::move(medians_s);
  return sentinel;
}

// Normal, the same from every standard library.
class Noise {
 public:
  double operator()() {
    double const radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }
  double uniform() { return (double(engine_() >> 11) + 0.5) / double(std::uint64_t{1} << 53); }

 private:
  std::mt19937_64 engine_{20261123};
};

struct Coverage {
  double repeated = 0;
  double once = 0;
};

// The logarithm of one start's time, 0 in the mean of all, of the sample at a place.
using StartNoise = double (*)(Noise&, std::size_t place);

double alike(Noise& noise, std::size_t) { return 0.05 * noise(); }
double unlike(Noise& noise, std::size_t place) {
  return (place % 3 == 0 ? 0.01 : place % 3 == 1 ? 0.05 : 0.1) * noise();
}
// One start in ten takes 20 % more; the mean of all starts is 2 % above the others.
double sometimes_slow(Noise& noise, std::size_t) { return 0.01 * noise() + (noise.uniform() < 0.1 ? 0.18 : -0.02); }

// How often an interval holds the time that all starts have in common, 1 s: of `count` samples that read the same
// within a start and differ from one to the next, the first `repeats` measured twice.
Coverage coverage_of(std::size_t count, std::size_t repeats, std::size_t sentinel_count, StartNoise start_noise) {
  constexpr int runs = 500;
  Noise noise;
  auto const start = [&](std::size_t place) { return std::exp(start_noise(noise, place)); };
  int held_repeated = 0;
  int held_once = 0;
  for (int run = 0; run < runs; ++run) {
    std::vector<profiles::Sample> samples;
    std::vector<Repeat> again;
    std::vector<double> sentinel;
    for (std::size_t i = 0; i < count; ++i) samples.push_back(sample_of("gemm", start(i)));
    for (std::size_t i = 0; i < repeats; ++i) again.push_back({i, steady(start(i))});
    for (std::size_t i = 0; i < sentinel_count; ++i) sentinel.push_back(start(i));
    cover_repeats(samples, again, {sentinel_of(sentinel)});
    for (std::size_t i = 0; i < count; ++i) {
      bool const held = samples[i].timing->low_s <= 1 && 1 <= samples[i].timing->high_s;
      (i < repeats ? held_repeated : held_once) += held;
    }
  }
  return {double(held_repeated) / double(runs * std::max<std::size_t>(repeats, 1)),
          double(held_once) / double(runs * std::max<std::size_t>(count - repeats, 1))};
}

}  // namespace

TEST_CASE("A second pass gives every sample the time that it took, where there is time", "[repeats]") {
  auto const plan = repeat_plan(measured(4, 1.5, 1), 60);
  REQUIRE(plan.requests.size() == 4);
  CHECK_THAT(plan.requests[3].rule.max_total_s, WithinRel(1.0));
  CHECK_THAT(plan.requests[3].expected_s, WithinRel(1.5));
  CHECK(plan.requests[3].id == 3);
}

TEST_CASE("A sample whose start was heard of late is expected to take its readings, and no less", "[repeats]") {
  auto const plan = repeat_plan(measured(1, 0.1, 1), 60);
  REQUIRE(plan.requests.size() == 1);
  CHECK_THAT(plan.requests[0].expected_s, WithinRel(1.0));
}

TEST_CASE("A second pass shrinks all samples alike before it leaves out the last", "[repeats]") {
  SamplePlan const none;
  double const start_s = planned_s(none);
  // Four samples of 0.5 s around 1 s of readings: half the readings fit into 4 s.
  auto const half = repeat_plan(measured(4, 1.5, 1), start_s + 4);
  REQUIRE(half.requests.size() == 4);
  for (auto const& request : half.requests) CHECK_THAT(request.rule.max_total_s, WithinRel(0.5, 1e-9));
  CHECK_THAT(planned_s(half), WithinRel(start_s + 4, 1e-9));
  // Into 2 s go two samples with half their readings; three would have a sixth.
  CHECK(repeat_plan(measured(4, 1.5, 1), start_s + 2).requests.size() == 2);
  CHECK(repeat_plan(measured(4, 1.5, 1), start_s + 0.1).requests.empty());
  CHECK(repeat_plan({}, 60).requests.empty());
}

TEST_CASE("A second pass keeps what is most valuable, not what was measured first", "[repeats]") {
  // Planned in turns, and measured those of one rank (even ids) before those of two.
  std::vector<Measured> all = measured(6, 1.5, 1);
  std::int64_t const ids[] = {0, 2, 4, 1, 3, 5};
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].request.id = ids[i];
    all[i].request.ranks = ids[i] % 2 == 1 ? node_ranks(2) : Ranks{};
  }
  SamplePlan starts;
  starts.requests.resize(1);
  starts.requests[0].ranks = node_ranks(2);
  // Three samples with half their readings: of the local ones the first two, of the others the first.
  auto const plan = repeat_plan(all, planned_s(starts) + 3);
  REQUIRE(plan.requests.size() == 3);
  CHECK(plan.requests[0].id == 0);  // places: those with the ids 0, 1, 2
  CHECK(plan.requests[1].id == 3);
  CHECK(plan.requests[2].id == 1);
  CHECK(plan.requests[1].ranks == node_ranks(2));
}

TEST_CASE("An interval covers both passes and the median lies between them", "[repeats]") {
  std::vector<profiles::Sample> samples{sample_of("gemm", 2)};
  auto second = steady(8);
  second.calls_per_reading = 4;
  second.stop = profiles::StopReason::time_limit;
  cover_repeats(samples, {{0, second}}, {});
  auto const& timing = *samples[0].timing;
  CHECK_THAT(timing.median_s, WithinRel(4.0));
  // One difference, ln 4: 12.706 ln 4 / 2 for the mean of two starts.
  CHECK_THAT(timing.low_s, WithinRel(4 * std::exp(-6.353 * std::log(4.0)), 1e-9));
  CHECK_THAT(timing.high_s, WithinRel(4 * std::exp(6.353 * std::log(4.0)), 1e-9));
  CHECK(timing.count == 22);
  CHECK(timing.readings_s.size() == 22);
  CHECK_THAT(timing.total_s, WithinRel(2.0));
  CHECK_THAT(samples[0].rates.at("flops_per_s").median, WithinRel(2.0));
  CHECK_THAT(samples[0].rates.at("flops_per_s").low, WithinRel(8 / timing.high_s));

  SECTION("and each pass is told apart") {
    REQUIRE(timing.passes.size() == 2);
    CHECK(timing.calls_per_reading == 1);
    CHECK(timing.stop == profiles::StopReason::converged);
    CHECK(timing.passes[0].count + timing.passes[1].count == timing.count);
    CHECK(timing.passes[0].calls_per_reading == 1);
    CHECK(timing.passes[0].median_s == 2);
    CHECK(timing.passes[1].calls_per_reading == 4);
    CHECK(timing.passes[1].median_s == 8);
    CHECK(timing.passes[1].stop == profiles::StopReason::time_limit);
  }
}

TEST_CASE("An interval is never narrower than those of its passes", "[repeats]") {
  std::vector<profiles::Sample> samples{sample_of("gemm", 2)};
  samples[0].timing->low_s = 1;
  auto second = steady(2);
  second.high_s = 5;
  cover_repeats(samples, {{0, second}}, {});
  CHECK_THAT(samples[0].timing->low_s, WithinAbs(1, 0));
  CHECK_THAT(samples[0].timing->high_s, WithinAbs(5, 0));
}

TEST_CASE("What the repeats of a probe differ by, no interval of that probe hides", "[repeats]") {
  std::vector<profiles::Sample> samples;
  std::vector<Repeat> repeats;
  for (std::size_t i = 0; i < 4; ++i) {
    samples.push_back(sample_of("collective", 1));
    // All but the first repeat exactly.
    if (i < 3) repeats.push_back({i, steady(i == 0 ? 1.44 : 1)});
  }
  samples.push_back(sample_of("gemm", 1));
  cover_repeats(samples, repeats, {});
  // Mean square ln(1.44)^2 / 3, of one start half of that; three degrees of freedom.
  double const of_start = 3.182 * std::log(1.44) / std::sqrt(6.0);
  CHECK_THAT(samples[1].timing->high_s, WithinRel(std::exp(of_start / std::sqrt(2.0)), 1e-9));
  CHECK_THAT(samples[1].timing->low_s, WithinRel(std::exp(-of_start / std::sqrt(2.0)), 1e-9));
  CHECK(samples[1].timing->widened_by == WidenedBy::repeats);
  SECTION("a sample that was not repeated takes that of one start from its siblings") {
    CHECK_THAT(samples[3].timing->high_s, WithinRel(std::exp(of_start), 1e-9));
    CHECK(samples[3].timing->widened_by == WidenedBy::repeats);
    CHECK(samples[3].timing->passes.size() == 1);
  }
  SECTION("a probe without repeats takes it from all, and says so") {
    CHECK_THAT(samples[4].timing->high_s, WithinRel(std::exp(of_start), 1e-9));
    CHECK(samples[4].timing->widened_by == WidenedBy::all_repeats);
  }
}

TEST_CASE("Without any repeat the sentinel says how far a sample moves within a start", "[repeats]") {
  std::vector<profiles::Sample> samples{sample_of("gemm", 10)};
  // Logarithms 0, 0.01, 0.02: standard deviation 0.01, two degrees of freedom.
  cover_repeats(samples, {}, {sentinel_of({1, std::exp(0.01), std::exp(0.02)})});
  CHECK_THAT(samples[0].timing->low_s, WithinRel(10 * std::exp(-0.04303), 1e-9));
  CHECK_THAT(samples[0].timing->high_s, WithinRel(10 * std::exp(0.04303), 1e-9));
  CHECK_THAT(samples[0].rates.at("flops_per_s").low, WithinRel(8 / (10 * std::exp(0.04303)), 1e-9));
  CHECK(samples[0].timing->widened_by == WidenedBy::sentinel);
}

TEST_CASE("With neither repeats nor a sentinel an interval is that of one start, and says so", "[repeats]") {
  std::vector<profiles::Sample> samples{sample_of("gemm", 10)};
  std::vector<profiles::Sentinel> sentinels;
  SECTION("none at all") {}
  SECTION("a sentinel that was measured twice only") { sentinels = {sentinel_of({1, 2})}; }
  cover_repeats(samples, {}, sentinels);
  CHECK_THAT(samples[0].timing->low_s, WithinAbs(10, 0));
  CHECK_THAT(samples[0].timing->high_s, WithinAbs(10, 0));
  CHECK(samples[0].timing->widened_by == WidenedBy::nothing);
}

TEST_CASE("Samples that repeat exactly keep their intervals", "[repeats]") {
  std::vector<profiles::Sample> samples{sample_of("gemm", 10), sample_of("gemm", 1)};
  samples[1].status = profiles::SampleStatus::impossible;
  cover_repeats(samples, {{0, steady(10)}}, {sentinel_of({1, 2, 3})});
  CHECK_THAT(samples[0].timing->low_s, WithinAbs(10, 0));
  CHECK_THAT(samples[1].timing->high_s, WithinAbs(1, 0));
}

TEST_CASE("A probe without a second pass keeps its own intervals", "[repeats]") {
  CHECK(is_repeated("gemm"));
  CHECK_FALSE(is_repeated("sustained"));
  std::vector<profiles::Sample> samples{sample_of("sustained", 10)};
  cover_repeats(samples, {}, {sentinel_of({1, 2, 3})});
  CHECK_THAT(samples[0].timing->low_s, WithinAbs(10, 0));
  CHECK(samples[0].timing->widened_by == WidenedBy::nothing);
}

// docs/measuring.md states these shares.
TEST_CASE("Intervals hold 95 of 100 times, however few samples are repeated", "[repeats][simulation]") {
  for (std::size_t const repeats : {81U, 44U, 10U, 3U, 2U, 1U}) {
    auto const coverage = coverage_of(81, repeats, 5, alike);
    INFO(repeats << " of 81 repeated: " << coverage.repeated << ", of the others " << coverage.once);
    CHECK(coverage.repeated >= 0.93);
    CHECK(coverage.repeated < 0.98);
    if (repeats == 81) continue;
    CHECK(coverage.once >= 0.93);
    CHECK(coverage.once < 0.98);
  }
}

TEST_CASE("Intervals hold less often where samples do not repeat alike, or starts are not normal",
          "[repeats][simulation]") {
  for (std::size_t const repeats : {44U, 10U}) {
    auto const mixed = coverage_of(81, repeats, 5, unlike);
    INFO(repeats << " of 81 repeated: " << mixed.repeated << ", of the others " << mixed.once);
    CHECK(mixed.repeated >= 0.92);
    CHECK(mixed.once >= 0.90);
    auto const slow = coverage_of(81, repeats, 5, sometimes_slow);
    INFO("sometimes slow: " << slow.repeated << ", of the others " << slow.once);
    CHECK(slow.repeated >= 0.82);
    CHECK(slow.once >= 0.80);
  }
}

TEST_CASE("The sentinel alone holds as well where it moves as much as all else does", "[repeats][simulation]") {
  for (std::size_t const count : {3U, 5U}) {
    auto const coverage = coverage_of(20, 0, count, alike);
    INFO("measured " << count << " times: " << coverage.once);
    CHECK(coverage.once >= 0.93);
    CHECK(coverage.once < 0.98);
  }
}

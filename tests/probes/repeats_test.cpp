// SPDX-License-Identifier: Apache-2.0
#include "probes/repeats.hpp"

#include "probes/plan.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <cmath>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

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

}  // namespace

TEST_CASE("A second pass gives every sample the time that it took, where there is time", "[repeats]") {
  auto const plan = repeat_plan(measured(4, 1.5, 1), 60);
  REQUIRE(plan.requests.size() == 4);
  CHECK_THAT(plan.requests[3].rule.max_total_s, WithinRel(1.0));
  CHECK_THAT(plan.requests[3].expected_s, WithinRel(1.5));
  CHECK(plan.requests[3].id == 3);
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

TEST_CASE("An interval covers both passes and the median lies between them", "[repeats]") {
  std::vector<profiles::Sample> samples{sample_of("gemm", 2)};
  cover_repeats(samples, {{0, steady(8)}}, 0);
  auto const& timing = *samples[0].timing;
  CHECK_THAT(timing.median_s, WithinRel(4.0));
  CHECK_THAT(timing.low_s, WithinRel(2.0));
  CHECK_THAT(timing.high_s, WithinRel(8.0));
  CHECK(timing.count == 22);
  CHECK(timing.readings_s.size() == 22);
  CHECK_THAT(timing.total_s, WithinRel(2.0));
  CHECK_THAT(samples[0].rates.at("flops_per_s").median, WithinRel(2.0));
  CHECK_THAT(samples[0].rates.at("flops_per_s").low, WithinRel(1.0));
  CHECK_THAT(samples[0].rates.at("flops_per_s").high, WithinRel(4.0));
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
  cover_repeats(samples, repeats, 0);
  // The differences' 95th percentile of {0, 0, ln 1.44} is 0.9 ln 1.44; half of it is 0.9 ln 1.2.
  double const half = 0.9 * std::log(1.2);
  CHECK_THAT(samples[1].timing->high_s, WithinRel(std::exp(half), 1e-9));
  CHECK_THAT(samples[1].timing->low_s, WithinRel(std::exp(-half), 1e-9));
  SECTION("a sample that was not repeated takes it from its siblings") {
    CHECK_THAT(samples[3].timing->high_s, WithinRel(std::exp(half), 1e-9));
  }
  SECTION("a probe without repeats takes it from all") {
    CHECK_THAT(samples[4].timing->high_s, WithinRel(std::exp(half), 1e-9));
  }
}

TEST_CASE("Without any repeat the sentinel's drift says how far to trust an interval", "[repeats]") {
  std::vector<profiles::Sample> samples{sample_of("gemm", 10)};
  cover_repeats(samples, {}, 0.21);
  CHECK_THAT(samples[0].timing->low_s, WithinRel(10 / 1.1, 1e-9));
  CHECK_THAT(samples[0].timing->high_s, WithinRel(11.0, 1e-9));
  CHECK_THAT(samples[0].rates.at("flops_per_s").low, WithinRel(8 / 11.0, 1e-9));
}

TEST_CASE("Samples that repeat exactly keep their intervals", "[repeats]") {
  std::vector<profiles::Sample> samples{sample_of("gemm", 10), sample_of("gemm", 1)};
  samples[1].status = profiles::SampleStatus::impossible;
  cover_repeats(samples, {{0, steady(10)}}, 0.5);
  CHECK_THAT(samples[0].timing->low_s, WithinAbs(10, 0));
  CHECK_THAT(samples[1].timing->high_s, WithinAbs(1, 0));
}

TEST_CASE("A probe without a second pass keeps its own intervals", "[repeats]") {
  CHECK(is_repeated("gemm"));
  CHECK_FALSE(is_repeated("sustained"));
  std::vector<profiles::Sample> samples{sample_of("sustained", 10)};
  cover_repeats(samples, {}, 0.21);
  CHECK_THAT(samples[0].timing->low_s, WithinAbs(10, 0));
}

// SPDX-License-Identifier: Apache-2.0
#include "probes/load_findings.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;

namespace {

// Readings of two calls each; `count` of them take one time, and then as many another.
profiles::Timing two_halves(std::size_t count, double first_reading_s, double last_reading_s) {
  profiles::Timing timing;
  timing.calls_per_reading = 2;
  timing.readings_s.assign(count, first_reading_s / 2);
  timing.readings_s.insert(timing.readings_s.end(), count, last_reading_s / 2);
  return timing;
}

profiles::Sample sustained(double last_flops_per_s, double half_width = 0.001) {
  profiles::Sample sample;
  sample.probe = "sustained";
  sample.provider = "cublaslt";
  sample.timing.emplace();
  sample.timing->total_s = 30;
  sample.rates["first_second_flops_per_s"] = {700e12, 700e12 * (1 - half_width), 700e12 * (1 + half_width)};
  sample.rates["last_second_flops_per_s"] = {last_flops_per_s, last_flops_per_s * (1 - half_width),
                                             last_flops_per_s * (1 + half_width)};
  return sample;
}

std::vector<profiles::Finding> findings(profiles::Sample const& sample) {
  profiles::MachineProfile profile;
  profile.samples = {sample};
  return load_findings(profile);
}

}  // namespace

TEST_CASE("The first and the last second are those of the readings at both ends", "[load]") {
  // 100 readings of 0.1 s and 100 of 0.2 s: ten and six of them make a second and more.
  auto const windows = first_and_last(two_halves(100, 0.1, 0.2));
  REQUIRE(windows);
  CHECK_THAT(windows->first.median_s, WithinRel(0.05));
  CHECK_THAT(windows->last.median_s, WithinRel(0.1));
  CHECK(windows->first.count >= 10);
  CHECK(windows->first.count <= 11);
  CHECK(windows->last.count == 6);
  CHECK(windows->first.calls_per_reading == 2);
}

TEST_CASE("Long readings make a window longer than a second: six give an interval", "[load]") {
  auto const windows = first_and_last(two_halves(6, 2, 3));
  REQUIRE(windows);
  CHECK(windows->first.count == 6);
  CHECK_THAT(windows->last.median_s, WithinRel(1.5));
}

TEST_CASE("Where both ends would meet there is no first and no last", "[load]") {
  CHECK_FALSE(first_and_last(two_halves(5, 2, 3)));
  CHECK_FALSE(first_and_last(two_halves(9, 0.1, 0.1)));
  CHECK_FALSE(first_and_last(profiles::Timing{}));
}

TEST_CASE("A rate that falls by more than 3 % beyond its intervals slows under load", "[load]") {
  CHECK(findings(sustained(700e12)).empty());
  CHECK(findings(sustained(680e12)).empty());        // 2.9 %
  CHECK(findings(sustained(670e12, 0.02)).empty());  // 4.3 %, which the intervals bridge
  CHECK(findings(sustained(760e12)).empty());

  auto const found = findings(sustained(560e12));
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == "slows_under_load");
  CHECK_THAT(found[0].seen, ContainsSubstring("700 TFLOP/s") && ContainsSubstring("560 TFLOP/s in the last of 30.0 s"));
  CHECK_THAT(found[0].cost, ContainsSubstring("25.0 %"));
}

TEST_CASE("What the sensors saw before and after stands in the finding", "[load]") {
  auto sample = sustained(560e12);
  sample.sensors_before = {{"clock_hz", 1.98e9}, {"temperature_celsius", 41}};
  sample.sensors_after = {{"clock_hz", 1.41e9}, {"power_w", 700}};
  auto const seen = findings(sample).at(0).seen;
  CHECK_THAT(seen, ContainsSubstring("; clock 1.98 to 1.41 GHz"));
  CHECK_THAT(seen, !ContainsSubstring("temperature") && !ContainsSubstring("power"));
}

TEST_CASE("A sample without both seconds, or of another probe, says nothing of load", "[load]") {
  auto sample = sustained(560e12);
  sample.rates.erase("last_second_flops_per_s");
  CHECK(findings(sample).empty());
  sample = sustained(560e12);
  sample.probe = "gemm";
  CHECK(findings(sample).empty());
}

// SPDX-License-Identifier: Apache-2.0
#include "probes/judge.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using profiles::SampleStatus;

namespace {

profiles::Sample timed(double half_width) {
  profiles::Sample sample;
  sample.probe = "gemm";
  sample.provider = "kokkos";
  sample.timing.emplace();
  sample.timing->count = 11;
  sample.timing->median_s = 1;
  sample.timing->low_s = 1 - half_width;
  sample.timing->high_s = 1 + half_width;
  sample.rates["flops_per_s"] = {1e9, 0.9e9, 1.1e9};
  return sample;
}

SampleRequest request_with_peak(double peak_per_s) {
  SampleRequest request;
  request.peak_per_s = peak_per_s;
  return request;
}

}  // namespace

TEST_CASE("A rate above the peak is not believed and gives no rate", "[judge]") {
  auto sample = timed(0.01);
  guard_against_impossible(request_with_peak(0.5e9), "flops_per_s", sample);
  CHECK(sample.status == SampleStatus::impossible);
  CHECK(sample.rates.empty());
  CHECK_THAT(sample.reason, ContainsSubstring("1.00 GFLOP/s") && ContainsSubstring("500"));
}

TEST_CASE("A rate at the peak, and one without a known peak, are believed", "[judge]") {
  for (double const peak : {1e9, 0.0}) {
    auto sample = timed(0.01);
    guard_against_impossible(request_with_peak(peak), "flops_per_s", sample);
    CHECK(sample.status == SampleStatus::ok);
  }
}

TEST_CASE("A failed sample keeps its status under the guard", "[judge]") {
  auto sample = timed(0.01);
  sample.status = SampleStatus::wrong;
  guard_against_impossible(request_with_peak(1), "flops_per_s", sample);
  CHECK(sample.status == SampleStatus::wrong);
}

TEST_CASE("A sentinel drifts when its fastest and slowest intervals do not meet", "[judge]") {
  auto const still = judge_sentinel("s", {{0, 1.00, 0.99, 1.01}, {9, 1.015, 1.005, 1.025}});
  CHECK_FALSE(still.drifted);
  CHECK_THAT(still.drift, WithinAbs(0.015, 1e-12));
  auto const moved = judge_sentinel("s", {{0, 1.00, 0.99, 1.01}, {5, 1.2, 1.19, 1.21}, {9, 1.1, 1.09, 1.11}});
  CHECK(moved.drifted);
  CHECK_THAT(moved.drift, WithinAbs(0.2, 1e-12));
  CHECK(moved.at_s == std::vector<double>{0, 5, 9});
}

TEST_CASE("A drift of more than the value itself is told as a factor", "[judge]") {
  auto const seen = [](double slowest_s) {
    profiles::MachineProfile profile;
    profile.sentinels = {judge_sentinel("s", {{0, 1, 0.99, 1.01}, {9, slowest_s, 0.99 * slowest_s, slowest_s}})};
    return findings_of_samples(profile).at(0).seen;
  };
  CHECK_THAT(seen(1.5), ContainsSubstring("differed by 50.0 %"));
  CHECK_THAT(seen(184), ContainsSubstring("differed by a factor of 184"));
}

TEST_CASE("Findings name what was lost and what is not sure", "[judge]") {
  profiles::MachineProfile profile;
  profile.samples = {timed(0.01), timed(0.05), timed(0.01)};
  profile.samples[2].status = SampleStatus::crashed;
  profile.samples[2].reason = "signal 9 (SIGKILL)";
  auto const findings = findings_of_samples(profile);
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].kind == "crashed");
  CHECK_THAT(findings[0].seen, ContainsSubstring("SIGKILL"));
  CHECK(findings[1].kind == "wide_intervals");
  CHECK_THAT(findings[1].seen, ContainsSubstring("1 of 2 samples"));
}

TEST_CASE("A way that was left out of a sample is a finding", "[judge]") {
  profiles::MachineProfile profile;
  profile.samples = {timed(0.01)};
  profile.samples[0].left_out = {"128x256x64: relative error 5.00e-01 against a bound of 4.00e-03"};
  auto const findings = findings_of_samples(profile);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == "ways_left_out");
  CHECK_THAT(findings[0].seen, ContainsSubstring("1 way to compute a sample was") && ContainsSubstring("128x256x64"));
}

TEST_CASE("A quiet run has no findings", "[judge]") {
  profiles::MachineProfile profile;
  profile.samples = {timed(0.01)};
  profile.host.allowed_core_count = 2;
  profile.host.cgroup_cpu_limit = 2.0;
  CHECK(findings_of_samples(profile).empty());
  CHECK(findings_of_host(profile).empty());
}

TEST_CASE("A CPU limit below the cores and sensors that are missing are told", "[judge]") {
  profiles::MachineProfile profile;
  profile.host.allowed_core_count = 4;
  profile.host.cgroup_cpu_limit = 1.5;
  profile.sensors = {{"papi:cycles", false, "no permission"}, {"papi:instructions", true, ""}};
  auto const findings = findings_of_host(profile);
  REQUIRE(findings.size() == 2);
  CHECK_THAT(findings[0].seen, ContainsSubstring("1.50 cores") && ContainsSubstring("4 allowed"));
  CHECK(findings[1].seen == "papi:cycles (no permission)");
}

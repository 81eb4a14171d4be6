// SPDX-License-Identifier: Apache-2.0
#include "probes/throttle_findings.hpp"

#include "probes/judge.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace hpcadvise;
using namespace hpcadvise::probes;

namespace {

profiles::Sample sample_with(std::map<std::string, double> sensors_after) {
  profiles::Sample sample;
  sample.probe = "gemm";
  sample.provider = "kokkos";
  sample.work_flops = 1e9;
  sample.timing.emplace();
  sample.sensors_after = std::move(sensors_after);
  return sample;
}

std::vector<profiles::Finding> found(std::vector<profiles::Sample> samples) {
  profiles::MachineProfile profile;
  profile.samples = std::move(samples);
  return throttle_findings(profile);
}

}  // namespace

TEST_CASE("Throttled samples are counted by their reasons, and cost what the clock lost", "[findings]") {
  auto const findings = found({
      sample_with({{"throttled", 1}, {"throttle_power_cap", 1}, {"clock_hz", 1.6e9}, {"max_clock_hz", 2e9}}),
      sample_with({{"throttled", 1},
                   {"throttle_power_cap", 1},
                   {"throttle_thermal", 1},
                   {"clock_hz", 1.6e9},
                   {"max_clock_hz", 2e9}}),
      sample_with({{"throttled", 0}, {"clock_hz", 2e9}, {"max_clock_hz", 2e9}}),
  });
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == "throttled");
  CHECK(findings[0].severity == profiles::Severity::warning);
  CHECK(findings[0].seen ==
        "2 of 3 samples ended on a device that was held back by temperature (1), the limit of power (2)");
  CHECK(findings[0].cost ==
        "its clock was at 80.0 % of the highest: what is bound by compute takes up to 1.25 times as long");
}

TEST_CASE("The limit of power alone is a note: training meets it too", "[findings]") {
  auto const findings = found({sample_with({{"throttled", 1}, {"throttle_power_cap", 1}})});
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].severity == profiles::Severity::note);
  CHECK(findings[0].cost == "what is bound by compute takes longer; how much is not known without its clock");
}

TEST_CASE("A clock well below the highest without a reason is a finding of its own", "[findings]") {
  auto const low = sample_with({{"throttled", 0}, {"clock_hz", 1e9}, {"max_clock_hz", 2e9}});
  auto const findings = found({low});
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == "clock_drop");
  CHECK(findings[0].cost ==
        "its clock was at 50.0 % of the highest: what is bound by compute takes up to 2.00 times as long");

  auto idle = low;
  idle.work_flops = 0;  // launches leave the multiprocessors idle
  CHECK(found({idle}).empty());
  CHECK(found({sample_with({{"clock_hz", 1.9e9}, {"max_clock_hz", 2e9}})}).empty());
}

TEST_CASE("Samples of a host, and those that failed, say nothing of throttling", "[findings]") {
  CHECK(found({sample_with({{"clock_hz", 1e9}, {"temperature_celsius", 50}})}).empty());
  auto failed = sample_with({{"throttled", 1}, {"throttle_thermal", 1}});
  failed.status = profiles::SampleStatus::failed;
  CHECK(found({failed}).empty());
}

TEST_CASE("What the sensors say is among the findings of the samples", "[findings]") {
  profiles::MachineProfile profile;
  profile.samples = {sample_with({{"throttled", 1}, {"throttle_thermal", 1}})};
  auto const findings = findings_of_samples(profile);
  CHECK(std::ranges::any_of(findings, [](auto const& finding) { return finding.kind == "throttled"; }));
}

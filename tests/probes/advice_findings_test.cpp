// SPDX-License-Identifier: Apache-2.0
#include "probes/advice_findings.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;
using profiles::SampleStatus;

namespace {

profiles::Sample gemm() {
  profiles::Sample sample;
  sample.probe = "gemm";
  sample.timing.emplace();
  return sample;
}

profiles::Sample triad(SampleStatus status) {
  profiles::Sample sample;
  sample.probe = "memory";
  sample.parameters = {{"kernel", "triad"}, {"level", "DRAM"}};
  sample.status = status;
  if (status == SampleStatus::ok) sample.timing.emplace();
  return sample;
}

profiles::MachineProfile profile_with(std::vector<profiles::Sample> samples) {
  profiles::MachineProfile profile;
  profile.budget.asked_s = 25;
  profile.samples = std::move(samples);
  return profile;
}

std::vector<std::string> const all;

}  // namespace

TEST_CASE("A profile that advise would refuse says so, with a budget that has room", "[findings]") {
  CHECK(advice_findings(profile_with({gemm(), triad(SampleStatus::ok)}), all).empty());
  auto profile = profile_with({gemm()});
  auto findings = advice_findings(profile, all);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].severity == profiles::Severity::warning);
  CHECK(findings[0].seen == "nothing was measured of the DRAM triad (memory)");
  CHECK(findings[0].next_step == "probe again with --budget 60s");
  profile.budget.asked_s = 50;
  CHECK(advice_findings(profile, all).at(0).next_step == "probe again with --budget 100s");
  profile.samples.push_back(triad(SampleStatus::skipped));
  CHECK(advice_findings(profile, all).size() == 1);
}

TEST_CASE("More time is not asked for where a sample failed", "[findings]") {
  CHECK_THAT(advice_findings(profile_with({gemm(), triad(SampleStatus::crashed)}), all).at(0).next_step,
             ContainsSubstring("why it failed"));
}

TEST_CASE("Who did not ask for what advise needs is not told of it", "[findings]") {
  std::vector<std::string> const only{"gemm"};
  CHECK(advice_findings(profile_with({gemm()}), only).empty());
}

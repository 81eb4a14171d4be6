// SPDX-License-Identifier: Apache-2.0
#include "probes/repeat_findings.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;
using profiles::WidenedBy;

namespace {

profiles::Sample sample_of(char const* probe, std::size_t passes, WidenedBy by) {
  profiles::Sample sample;
  sample.probe = probe;
  sample.timing.emplace();
  sample.timing->passes.resize(passes);
  sample.timing->widened_by = by;
  return sample;
}

std::vector<profiles::Finding> findings_of(std::vector<profiles::Sample> samples) {
  profiles::MachineProfile profile;
  profile.samples = std::move(samples);
  return repeat_findings(profile);
}

}  // namespace

TEST_CASE("Where every sample was repeated there is nothing to tell", "[repeats]") {
  CHECK(findings_of({sample_of("gemm", 2, WidenedBy::repeats)}).empty());
  CHECK(findings_of({}).empty());
}

TEST_CASE("What is measured once by design is not missed in the second pass", "[repeats]") {
  auto sibling = sample_of("gemm", 1, WidenedBy::repeats);
  sibling.parameters["concurrent_devices"] = std::int64_t{4};
  CHECK(findings_of({sample_of("sustained", 1, WidenedBy::nothing), sibling}).empty());
}

TEST_CASE("With one start only the finding does not claim that intervals cover another", "[repeats]") {
  auto const bare = findings_of({sample_of("collective", 1, WidenedBy::nothing)});
  REQUIRE(bare.size() == 1);
  CHECK(bare[0].kind == "not_repeated");
  CHECK(bare[0].severity == profiles::Severity::warning);
  CHECK_THAT(bare[0].seen, ContainsSubstring("1 of 1 samples") && ContainsSubstring("only: collective 1"));
  CHECK(bare[0].cost == "one start only: another may differ by more than these intervals");

  auto const with_sentinel = findings_of({sample_of("gemm", 1, WidenedBy::sentinel)});
  REQUIRE(with_sentinel.size() == 1);
  CHECK(with_sentinel[0].cost ==
        "one start only: another may differ by more than these intervals, which cover how far the sentinel moved "
        "during that start");
}

TEST_CASE("A probe that goes by the repeats of others is named", "[repeats]") {
  auto const findings = findings_of({sample_of("gemm", 2, WidenedBy::repeats), sample_of("gemm", 1, WidenedBy::repeats),
                                     sample_of("collective", 1, WidenedBy::all_repeats)});
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].severity == profiles::Severity::note);
  CHECK_THAT(findings[0].seen, ContainsSubstring("2 of 3 samples"));
  CHECK_THAT(findings[0].cost, ContainsSubstring("may be too narrow: collective 1"));

  auto const own = findings_of({sample_of("gemm", 2, WidenedBy::repeats), sample_of("gemm", 1, WidenedBy::repeats)});
  REQUIRE(own.size() == 1);
  CHECK(own[0].cost == "their intervals take what other samples' repeats differ by");
}

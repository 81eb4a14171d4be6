// SPDX-License-Identifier: Apache-2.0
#include "probes/wide_intervals.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;
using profiles::WidenedBy;

namespace {

// Known to `alone` by the readings of one start, and to `half_width` in all.
profiles::Sample sample_of(char const* probe, double half_width, double alone, WidenedBy by = WidenedBy::repeats) {
  profiles::Sample sample;
  sample.probe = probe;
  auto& timing = sample.timing.emplace();
  timing.count = 11;
  timing.median_s = 1;
  timing.low_s = 1 - half_width;
  timing.high_s = 1 + half_width;
  timing.passes = {{.median_s = 1, .low_s = 1 - alone, .high_s = 1 + alone, .count = 11}};
  timing.widened_by = by;
  return sample;
}

profiles::Finding finding_of(std::vector<profiles::Sample> samples) {
  profiles::MachineProfile profile;
  profile.samples = std::move(samples);
  auto const findings = wide_intervals(profile);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == "wide_intervals");
  return findings[0];
}

}  // namespace

TEST_CASE("Samples that are not sure are counted by probe, the most first", "[judge]") {
  auto const finding = finding_of({sample_of("gemm", 0.05, 0.01), sample_of("memory", 0.01, 0.01),
                                   sample_of("collective", 0.03, 0.01), sample_of("collective", 0.03, 0.01)});
  CHECK_THAT(finding.seen, ContainsSubstring("3 of 4 samples are less sure than +-2.00 %: collective 2, gemm 1; "));
}

TEST_CASE("Intervals that are wider than the value itself are counted in words", "[judge]") {
  CHECK_THAT(finding_of({sample_of("gemm", 183, 0.01), sample_of("gemm", 0.9, 0.01)}).seen,
             ContainsSubstring("less sure than +-2.00 %, 1 of them by more than the value itself: gemm 2; "));
  CHECK_THAT(finding_of({sample_of("gemm", 183, 0.01)}).seen, ContainsSubstring(", all of them by more than"));
}

TEST_CASE("What most intervals are wide by is what to look at", "[judge]") {
  auto const starts = sample_of("gemm", 0.05, 0.01);
  auto const readings = sample_of("gemm", 0.05, 0.03);
  auto const drift = sample_of("gemm", 0.05, 0.01, WidenedBy::sentinel);
  auto few = sample_of("gemm", 0, 0);
  few.timing->count = 5;

  auto const by_starts = finding_of({starts, starts, readings, drift, few});
  CHECK_THAT(by_starts.seen, ContainsSubstring("1 by fewer than 6 readings, 1 by the readings of a single start of the "
                                               "runner, 2 by what starts of the runner differ by, 1 by what the "
                                               "sentinel moved by"));
  CHECK_THAT(by_starts.next_step, ContainsSubstring("more time does not narrow"));
  CHECK_THAT(finding_of({readings, readings, starts}).next_step, ContainsSubstring("while one process runs"));
  CHECK_THAT(finding_of({drift}).next_step, ContainsSubstring("time for a second pass"));
  CHECK_THAT(finding_of({few}).next_step, ContainsSubstring("more readings"));
}

TEST_CASE("Readings that are wide themselves do not hide that starts differ by far more", "[judge]") {
  CHECK_THAT(finding_of({sample_of("gemm", 0.5, 0.1)}).seen, ContainsSubstring("1 by what starts"));
  CHECK_THAT(finding_of({sample_of("gemm", 0.5, 0.3)}).seen, ContainsSubstring("1 by the readings"));
  // Alone it would be sure enough.
  CHECK_THAT(finding_of({sample_of("gemm", 0.025, 0.018)}).seen, ContainsSubstring("1 by what starts"));
}

TEST_CASE("A file that does not tell its passes apart is judged by its interval", "[judge]") {
  auto sample = sample_of("gemm", 0.05, 0);
  sample.timing->passes.clear();
  sample.timing->widened_by.reset();
  CHECK_THAT(finding_of({sample}).seen, ContainsSubstring("1 by the readings"));
}

TEST_CASE("What is within 2 % by its final interval is counted, and nothing else", "[judge]") {
  profiles::MachineProfile profile;
  profile.samples = {sample_of("gemm", 0.019, 0), sample_of("gemm", 0.03, 0.01), sample_of("gemm", 0, 0),
                     sample_of("gemm", 0.01, 0)};
  profile.samples[2].timing->count = 5;  // no interval at all
  profile.samples[3].status = profiles::SampleStatus::impossible;
  CHECK(narrow_count(profile) == 1);
}

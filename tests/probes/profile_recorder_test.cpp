// SPDX-License-Identifier: Apache-2.0
#include "probes/profile_recorder.hpp"

#include "probes/plan.hpp"
#include "tests/probes/fake_machine.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;
using profiles::SampleStatus;

namespace {

SampleRequest request_of(char const* kernel, bool sentinel) {
  SampleRequest request;
  request.probe = "memory";
  request.provider = "kokkos";
  request.parameters = {{"kernel", kernel}, {"level", "L2"}};
  request.sentinel = sentinel;
  return request;
}

profiles::Sample measured(SampleRequest const& request) {
  auto sample = unmeasured_sample(request, SampleStatus::ok, {});
  auto& timing = sample.timing.emplace();
  timing.count = 21;
  timing.median_s = timing.low_s = timing.high_s = 1e-3;
  return sample;
}

}  // namespace

TEST_CASE("Samples are counted one way, the sentinel once however often it comes", "[recorder]") {
  struct Counter : Progress {
    std::int64_t done = 0;
    std::int64_t total = 0;
    void sample_done(profiles::Sample const&, std::int64_t of_done, std::int64_t of_total, double) override {
      done = of_done;
      total = of_total;
    }
  } counter;
  SamplePlan plan;
  for (auto const* const kernel : {"triad", "copy", "triad", "read", "triad"})
    plan.requests.push_back(request_of(kernel, std::string_view(kernel) == "triad"));
  CHECK(sample_count(plan) == 3);
  ProfileRecorder recorder(ProbeRequest{}, counter);
  recorder.plan(plan);
  for (std::size_t const place : {0U, 1U, 2U}) recorder.sampled(plan.requests[place], measured(plan.requests[place]));
  CHECK(counter.done == 2);
  CHECK(counter.total == 3);
  // One sample and a repeat of the sentinel had no time left.
  for (std::size_t const place : {3U, 4U})
    recorder.sampled(plan.requests[place], unmeasured_sample(plan.requests[place], SampleStatus::skipped, "no time"));
  auto const profile = recorder.finish(false);
  CHECK(profile.budget.planned == 3);
  CHECK(profile.budget.measured == 2);
  auto const* const spent = find_finding(profile, "budget_spent");
  REQUIRE(spent != nullptr);
  CHECK_THAT(spent->seen, ContainsSubstring("1 of 3 planned samples"));
}

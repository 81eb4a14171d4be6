// SPDX-License-Identifier: Apache-2.0
#include "advisor/zero_bubble_option.hpp"

#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

// 8 stages of one layer: 7 of 15 rounds are bubble.
std::string option_of(ParallelPlan const& plan, FrameworkKind framework = FrameworkKind::unknown) {
  auto const job = job_of(small_gpt(), 1024, 8);
  auto const machine = round_machine();
  EstimateOptions const options{.framework = framework};
  return zero_bubble_option(job, estimate_step(job, plan, machine, options), machine, options);
}

}  // namespace

TEST_CASE("A pipeline is told what the zero-bubble schedule would give, and who has it", "[advisor][zero-bubble]") {
  CHECK_THAT(option_of(plan_of(1, 8, 1, 1, 8)), ContainsSubstring("less") && ContainsSubstring("torchtitan"));
}

TEST_CASE("Nothing is said of zero-bubble where it is moot", "[advisor][zero-bubble]") {
  SECTION("without a pipeline") { CHECK(option_of(plan_of(1, 1, 8, 1, 8)).empty()); }
  SECTION("where the framework is stated") {
    CHECK(option_of(plan_of(1, 8, 1, 1, 8), FrameworkKind::megatron_core).empty());
  }
  SECTION("where interleaving leaves a smaller bubble") {
    auto plan = plan_of(1, 2, 1, 1, 8);
    plan.virtual_stages = 4;
    CHECK(option_of(plan).empty());
  }
}

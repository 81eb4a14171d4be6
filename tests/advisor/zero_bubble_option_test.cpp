// SPDX-License-Identifier: Apache-2.0
#include "advisor/zero_bubble_option.hpp"

#include "profiles/units.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;

namespace {

// 8 stages of one layer: 7 of 15 rounds are bubble.
auto const job = job_of(small_gpt(), 1024, 8);
ParallelPlan const pipeline = plan_of(1, 8, 1, 1, 8);

std::string option_of(ParallelPlan const& plan, FrameworkKind framework = FrameworkKind::unknown) {
  auto const machine = round_machine();
  EstimateOptions const options{.framework = framework};
  return zero_bubble_option(job, estimate_step(job, plan, machine, options), machine, options);
}

double step_s(ParallelPlan const& plan, FrameworkKind framework) {
  return estimate_step(job, plan, round_machine(), {.framework = framework}).step_time_s.median;
}

}  // namespace

TEST_CASE("A pipeline is told what the zero-bubble schedule would give in a framework that has it",
          "[advisor][zero-bubble]") {
  auto plan = pipeline;
  plan.schedule = Schedule::zero_bubble;
  using hpcadvise::profiles::format_seconds;
  // The framework's own times, which `estimate --framework` gives.
  CHECK(option_of(pipeline) ==
        "the zero-bubble schedule would take " + format_seconds(step_s(plan, FrameworkKind::fsdp_compiled)) +
            " a step with --framework torchtitan (" + format_seconds(step_s(pipeline, FrameworkKind::fsdp_compiled)) +
            " there without it), in place of " + format_seconds(step_s(pipeline, FrameworkKind::unknown)) +
            " here; another framework changes more than the schedule");
  // InternEvo gains by it as well, but launches so small a model's layers too slowly.
  double const internevo_s = step_s(plan, FrameworkKind::internevo);
  CHECK(internevo_s < step_s(pipeline, FrameworkKind::internevo));
  CHECK(internevo_s > step_s(pipeline, FrameworkKind::unknown));
}

TEST_CASE("Nothing is said of zero-bubble where it is moot", "[advisor][zero-bubble]") {
  SECTION("without a pipeline") { CHECK(option_of(plan_of(1, 1, 8, 1, 8)).empty()); }
  SECTION("where the framework is stated") { CHECK(option_of(pipeline, FrameworkKind::megatron_core).empty()); }
  SECTION("where interleaving leaves a smaller bubble") {
    auto plan = plan_of(1, 2, 1, 1, 8);
    plan.virtual_stages = 4;
    CHECK(option_of(plan).empty());
  }
}

TEST_CASE("A framework that cannot run the plan is not named", "[advisor][zero-bubble]") {
  auto const large = job_of(llama_7b(), 4096, 8);
  auto const machine = round_machine();
  auto plan = pipeline;
  plan.sharding = Sharding::zero1;
  plan.offload = Offload::optimizer;
  auto const estimate = estimate_step(large, plan, machine, {});
  plan.schedule = Schedule::zero_bubble;
  EstimateOptions const internevo{.framework = FrameworkKind::internevo};
  REQUIRE(plan_problem(large, plan, machine, FrameworkKind::unknown).empty());
  REQUIRE_FALSE(plan_problem(large, plan, machine, internevo.framework).empty());
  // Were it asked, it would gain.
  REQUIRE(estimate_step(large, plan, machine, internevo).step_time_s.median < 0.9 * estimate.step_time_s.median);
  CHECK(zero_bubble_option(large, estimate, machine, {}).empty());
}

// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/data_parallel.hpp"
#include "advisor/cost/optimizer_step.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;

namespace {

auto const job = job_of(small_gpt());
auto const machine = round_machine();

double exposed_s(ParallelPlan plan, Sharding sharding, FrameworkKind kind, DataParallelInput const& input) {
  plan.sharding = sharding;
  EstimateOptions const options{kind, true};
  return data_parallel_cost_s(CostContext{job, plan, machine, options, framework_traits(kind)}, input);
}

// A billion parameters, a second backward, two a micro-batch.
constexpr DataParallelInput input{1e9, 8, 2, 1};

}  // namespace

TEST_CASE("One data-parallel rank exchanges nothing") {
  for (auto const sharding : {Sharding::none, Sharding::zero1, Sharding::zero3})
    CHECK(exposed_s(plan_of(8, 1, 1), sharding, FrameworkKind::fsdp_eager, input) == 0);
}

TEST_CASE("Without overlap the whole all-reduce of fp32 gradients is exposed") {
  CHECK_THAT(exposed_s(plan_of(1, 1, 8), Sharding::none, FrameworkKind::megatron_deepspeed, input),
             WithinRel(4e9 * 1.75 / 1e11));
}

TEST_CASE("A hidden collective still costs a third of its own time") {
  CHECK_THAT(exposed_s(plan_of(1, 1, 8), Sharding::none, FrameworkKind::megatron_core, input),
             WithinRel(0.33 * 4e9 * 1.75 / 1e11));
}

TEST_CASE("ZeRO-3 gathers parameters twice and scatters gradients once for each micro-batch") {
  double const communication_s = (2 * 2e9 + 4e9) * 0.875 / 1e11;  // 0.07 s beside 2 s
  CHECK_THAT(exposed_s(plan_of(1, 1, 8), Sharding::zero3, FrameworkKind::fsdp_eager, input),
             WithinRel(8 * 0.33 * communication_s));
  // Nothing to hide behind: all of it and a third.
  CHECK_THAT(exposed_s(plan_of(1, 1, 8), Sharding::zero3, FrameworkKind::fsdp_eager, {1e9, 8, 0, 0}),
             WithinRel(8 * 1.33 * communication_s));
}

TEST_CASE("Sharding over ranks that leave the node waits for the network") {
  CHECK(exposed_s(plan_of(8, 1, 8), Sharding::zero1, FrameworkKind::megatron_deepspeed, input) >
        5 * exposed_s(plan_of(1, 1, 8), Sharding::zero1, FrameworkKind::megatron_deepspeed, input));
}

TEST_CASE("Adam in mixed precision moves 34 bytes a parameter, and a shard moves its share") {
  CHECK(optimizer_bytes_per_parameter(job) == 34);
  EstimateOptions const options;
  auto plan = plan_of(1, 1, 8);
  auto const optimizer_s = [&] {
    return optimizer_cost_s(CostContext{job, plan, machine, options, framework_traits(FrameworkKind::unknown)}, 1e9);
  };
  CHECK_THAT(optimizer_s(), WithinRel(34e9 / 1e12));
  plan.sharding = Sharding::zero1;
  CHECK_THAT(optimizer_s(), WithinRel(34e9 / 8 / 1e12));
}

// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/recompute.hpp"

#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;

namespace {

BlockCost layer_of_powers() {
  BlockCost layer;
  layer.compute = {1, 100};
  layer.attention = {2, 100};
  layer.elementwise = {4, 100};
  layer.tensor_parallel = {8, 100};
  layer.context_parallel = {16, 100};
  layer.expert_parallel = {32, 100};
  return layer;
}

double repeated_s(Recompute recompute, FrameworkKind framework, bool flash = true, std::int64_t interval = 1) {
  auto const job = job_of(small_gpt());
  auto const machine = round_machine();
  EstimateOptions const options{.framework = framework, .flash_attention = flash};
  ParallelPlan plan = plan_of(1, 1, 1);
  plan.recompute = recompute;
  plan.recompute_interval = interval;
  return recompute_cost_s(CostContext{job, plan, machine, options, framework_traits(framework)}, layer_of_powers());
}

}  // namespace

TEST_CASE("Full recomputation repeats all of the forward pass, exchanges included") {
  CHECK(repeated_s(Recompute::none, FrameworkKind::megatron_legacy) == 0);
  CHECK(repeated_s(Recompute::full, FrameworkKind::megatron_legacy) == 63);
}

TEST_CASE("Of every fourth layer recomputed a layer bears a quarter") {
  CHECK_THAT(repeated_s(Recompute::full, FrameworkKind::megatron_legacy, true, 4), WithinRel(63.0 / 4));
}

TEST_CASE("Selective recomputation repeats what the framework means by it") {
  CHECK(repeated_s(Recompute::selective, FrameworkKind::megatron_legacy) == 2);
  CHECK(repeated_s(Recompute::selective, FrameworkKind::fsdp_eager) == (1.0 + 8) / 2 + 4);
  // Fused attention keeps no scores that could be dropped, so Megatron-Core drops what is cheap to repeat.
  CHECK(repeated_s(Recompute::selective, FrameworkKind::megatron_core) == 4);
  CHECK(repeated_s(Recompute::selective, FrameworkKind::megatron_core, false) == 2);
}

// SPDX-License-Identifier: Apache-2.0
#include "advisor/sharded_state.hpp"

#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;

TEST_CASE("ZeRO-3 gathers twice a micro-batch, FSDP's ZeRO-2 once, other ZeRO-2 and any pipeline never") {
  auto const gathers = [](FrameworkKind kind, Sharding sharding, std::int64_t pipeline = 1) {
    auto plan = plan_of(1, pipeline, 8);
    plan.sharding = sharding;
    return gathers_of_micro_batch(plan, framework_traits(kind));
  };
  CHECK(gathers(FrameworkKind::fsdp_compiled, Sharding::zero3) == 2);
  CHECK(gathers(FrameworkKind::fsdp_compiled, Sharding::zero2) == 1);
  CHECK(gathers(FrameworkKind::fsdp_compiled, Sharding::zero3, 2) == 0);
  CHECK(gathers(FrameworkKind::megatron_deepspeed, Sharding::zero3) == 2);
  CHECK(gathers(FrameworkKind::megatron_deepspeed, Sharding::zero2) == 0);
}

TEST_CASE("FSDP's ZeRO-2 shards parameters as its ZeRO-3 does, and keeps all that it gathered for the backward pass") {
  EstimateOptions const options{.framework = FrameworkKind::fsdp_eager};
  auto const of = [&](Sharding sharding) {
    auto plan = plan_of(1, 1, 8);
    plan.sharding = sharding;
    return estimate_memory(job_of(llama_7b()), plan, round_machine(), options);
  };
  auto const two = of(Sharding::zero2);
  auto const three = of(Sharding::zero3);
  CHECK(two.weights_bytes == three.weights_bytes);
  CHECK(two.gradients_bytes == three.gradients_bytes);
  // 4 bytes a parameter over eight devices; 2 of all of them.
  CHECK_THAT(two.communication_bytes, WithinRel(two.weights_bytes * 8 / 2));
  CHECK(three.communication_bytes < two.communication_bytes / 4);
}

// SPDX-License-Identifier: Apache-2.0
#include "advisor/memory_estimate.hpp"

#include "advisor/plan_space.hpp"
#include "advisor/saved_activations.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;

namespace {

constexpr EstimateOptions unfused{FrameworkKind::megatron_core, false};
constexpr EstimateOptions fused{FrameworkKind::megatron_core, true};

MemoryEstimate memory_of(ParallelPlan plan, Sharding sharding = Sharding::none) {
  plan.sharding = sharding;
  return estimate_memory(job_of(small_gpt()), plan, round_machine(), fused);
}

}  // namespace

TEST_CASE("A GPT layer keeps s b h (34 + 5 a s / h) bytes, as Korthikanti et al. count them") {
  // s = h = 1024, a = 16, b = 2
  double const expected = 1024.0 * 2 * 1024 * (34 + 5.0 * 16);
  CHECK_THAT(saved_activations(job_of(small_gpt()), plan_of(1, 1, 1, 2), unfused).layer_bytes, WithinRel(expected));
}

TEST_CASE("Tensor parallelism keeps s b h (10 + 24 / t + 5 a s / (h t)), sequence parallelism all of it over t") {
  auto plan = plan_of(4, 1, 1);
  double const sbh = 1024.0 * 1024;
  CHECK_THAT(saved_activations(job_of(small_gpt()), plan, unfused).layer_bytes, WithinRel(sbh * (10 + 6 + 20)));
  plan.sequence_parallel = true;
  CHECK_THAT(saved_activations(job_of(small_gpt()), plan, unfused).layer_bytes, WithinRel(sbh * (34 + 80) / 4));
}

TEST_CASE("Selective recomputation and fused attention keep no scores, full keeps the layer's input") {
  auto plan = plan_of(1, 1, 1);
  double const sbh = 1024.0 * 1024;
  plan.recompute = Recompute::selective;
  CHECK_THAT(saved_activations(job_of(small_gpt()), plan, unfused).layer_bytes, WithinRel(sbh * 34));
  plan.recompute = Recompute::none;
  CHECK_THAT(saved_activations(job_of(small_gpt()), plan, fused).layer_bytes, WithinRel(sbh * 34 + 1024 * 16 * 4.0));
  plan.recompute = Recompute::full;
  CHECK_THAT(saved_activations(job_of(small_gpt()), plan, fused).layer_bytes, WithinRel(sbh * 2));
}

TEST_CASE("Each ZeRO stage shards one part more") {
  auto const plan = plan_of(1, 1, 8);
  auto const whole = memory_of(plan);
  auto const one = memory_of(plan, Sharding::zero1);
  auto const two = memory_of(plan, Sharding::zero2);
  auto const three = memory_of(plan, Sharding::zero3);
  CHECK_THAT(one.optimizer_bytes, WithinRel(whole.optimizer_bytes / 8));
  CHECK(one.gradients_bytes == whole.gradients_bytes);
  CHECK_THAT(two.gradients_bytes, WithinRel(whole.gradients_bytes / 8));
  CHECK(two.weights_bytes == whole.weights_bytes);
  CHECK_THAT(three.weights_bytes, WithinRel(whole.weights_bytes / 8));
}

TEST_CASE("Mixed-precision Adam holds 2 bytes of weights and 12 of state for 4 of fp32 gradients") {
  auto const memory = memory_of(plan_of(1, 1, 1));
  CHECK_THAT(memory.optimizer_bytes, WithinRel(6 * memory.weights_bytes));
  CHECK_THAT(memory.gradients_bytes, WithinRel(2 * memory.weights_bytes));
}

TEST_CASE("The first of four stages holds four micro-batches, however many follow") {
  auto model = small_gpt();
  model.vocabulary_size = 1024;  // or the logits would make the last stage the fullest
  auto const job = job_of(model);
  auto const plan = plan_of(1, 4, 1);
  double const layer_bytes = saved_activations(job, plan, fused).layer_bytes;
  CHECK_THAT(estimate_memory(job, plan, round_machine(), fused).activations_bytes, WithinRel(4 * 2 * layer_bytes));
}

TEST_CASE("The last stage holds one micro-batch and the logits") {
  auto const job = job_of(small_gpt());
  auto const plan = plan_of(1, 4, 1);
  auto const saved = saved_activations(job, plan, fused);
  auto const memory = memory_of(plan);
  CHECK_THAT(memory.logits_bytes, WithinRel(saved.logits_bytes));
  CHECK_THAT(memory.activations_bytes, WithinRel(2 * saved.layer_bytes));
}

TEST_CASE("The total is what the parts add up to, and it fits when capacity says so") {
  auto memory = memory_of(plan_of(2, 1, 4));
  CHECK_THAT(
      memory.total_bytes(),
      WithinRel(memory.weights_bytes + memory.gradients_bytes + memory.optimizer_bytes + memory.activations_bytes +
                memory.logits_bytes + memory.communication_bytes + memory.runtime_bytes + memory.fragmentation_bytes));
  memory.capacity_bytes = memory.total_bytes();
  CHECK(memory.fits());
  memory.capacity_bytes -= 1;
  CHECK_FALSE(memory.fits());
}

TEST_CASE("The largest part is named") {
  MemoryEstimate memory;
  memory.gradients_bytes = 2;
  memory.logits_bytes = 3;
  CHECK(largest_part(memory) == "logits");
}

TEST_CASE("More memory never makes a plan infeasible") {
  auto const job = job_of(llama_7b(), 4096);
  auto machine = round_machine();
  auto larger = machine;
  larger.memory_bytes *= 2;
  for (auto const& plan : legal_plans(job, 16, machine, fused)) {
    if (estimate_memory(job, plan, machine, fused).fits()) REQUIRE(estimate_memory(job, plan, larger, fused).fits());
  }
}

TEST_CASE("Logits and a layer's recomputation never stand in memory together") {
  auto const job = job_of(small_gpt());
  auto plan = plan_of(1, 1, 1);
  plan.recompute = Recompute::full;
  auto const saved = saved_activations(job, plan, fused);
  auto const memory = estimate_memory(job, plan, round_machine(), fused);
  REQUIRE(saved.logits_bytes > saved.working_bytes);
  CHECK_THAT(memory.activations_bytes, WithinRel(8 * saved.layer_bytes));
  CHECK_THAT(memory.logits_bytes, WithinRel(saved.logits_bytes));
}

TEST_CASE("FSDP keeps fp32 weights, gradients and moments: 16 bytes a parameter") {
  auto plan = plan_of(1, 1, 8);
  plan.sharding = Sharding::zero3;
  auto const memory = estimate_memory(job_of(small_gpt()), plan, round_machine(), {FrameworkKind::fsdp_eager, true});
  CHECK_THAT(memory.gradients_bytes, WithinRel(memory.weights_bytes));
  CHECK_THAT(memory.optimizer_bytes, WithinRel(2 * memory.weights_bytes));
}

TEST_CASE("The device runtime takes what the machine says, which is nothing on a host") {
  auto machine = round_machine();
  auto const runtime_bytes = [&] {
    return estimate_memory(job_of(small_gpt()), plan_of(1, 1, 1), machine, fused).runtime_bytes;
  };
  CHECK(runtime_bytes() == 2.0 * (1 << 30));
  machine.runtime_bytes = 0;
  CHECK(runtime_bytes() == 0);
}

TEST_CASE("Under ZeRO-1 and 2 a framework's buckets belong to its communication") {
  auto plan = plan_of(1, 1, 8);
  auto const communication_bytes = [&](FrameworkKind framework, Sharding sharding) {
    plan.sharding = sharding;
    return estimate_memory(job_of(small_gpt()), plan, round_machine(), {framework, true}).communication_bytes;
  };
  double const without = communication_bytes(FrameworkKind::megatron_deepspeed, Sharding::none);
  CHECK(communication_bytes(FrameworkKind::megatron_deepspeed, Sharding::zero1) == without + 2.0 * (1 << 30));
  CHECK(communication_bytes(FrameworkKind::megatron_core, Sharding::zero1) == without);
}

// SPDX-License-Identifier: Apache-2.0
// What data parallelism gathers and reduces, and how long gradients are there.
#include "advisor/memory_estimate.hpp"

#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;

TEST_CASE("Under ZeRO-1 and 2 a framework's buckets belong to its communication") {
  auto plan = plan_of(1, 1, 8);
  auto const communication_bytes = [&](ModelSpec const& model, FrameworkKind framework, Sharding sharding) {
    plan.sharding = sharding;
    return estimate_memory(job_of(model), plan, round_machine(), {.framework = framework}).communication_bytes;
  };
  auto const deepspeed = FrameworkKind::megatron_deepspeed;
  double const without = communication_bytes(llama_7b(), deepspeed, Sharding::none);
  CHECK(communication_bytes(llama_7b(), deepspeed, Sharding::zero1) == without + constants::zero_bucket_bytes);
  CHECK(communication_bytes(llama_7b(), FrameworkKind::megatron_core, Sharding::zero1) == without);
  // No bucket is larger than the 16-bit parameters of a small model.
  auto const count = count_parameters(small_gpt());
  CHECK_THAT(communication_bytes(small_gpt(), deepspeed, Sharding::zero1) - without,
             WithinRel(2 * (count.embedding + count.lm_head + 8 * count.per_layer), 1e-9));
}

TEST_CASE("PyTorch's gradients come as activations go, but for those that a micro-batch before left") {
  auto const of = [](FrameworkKind framework, ModelSpec const& model, std::int64_t micro_batches) {
    auto plan = plan_of(1, 1, 1);
    plan.global_batch = micro_batches;
    return estimate_memory(job_of(model), plan, round_machine(), {.framework = framework});
  };
  auto const held = of(FrameworkKind::megatron_core, small_gpt(), 1);
  auto const freed = of(FrameworkKind::pytorch, small_gpt(), 1);
  auto const summed = of(FrameworkKind::pytorch, small_gpt(), 2);
  CHECK(held.gradients_bytes > 0);
  CHECK(summed.gradients_bytes == held.gradients_bytes);
  REQUIRE(freed.activations_bytes + freed.logits_bytes > held.gradients_bytes);
  CHECK(freed.gradients_bytes == 0);
  // Where there are fewer activations than gradients, the end of the backward pass is the fullest moment.
  auto wide = small_gpt();
  wide.ffn_size *= 64;
  wide.layer_count = 1;
  auto plan = plan_of(1, 1, 1);
  plan.recompute = Recompute::full;
  plan.global_batch = 1;
  auto job = job_of(wide);
  job.sequence_length = 128;
  auto const few = estimate_memory(job, plan, round_machine(), {.framework = FrameworkKind::pytorch});
  plan.global_batch = 2;
  auto const all = estimate_memory(job, plan, round_machine(), {.framework = FrameworkKind::pytorch});
  CHECK(few.gradients_bytes > 0);
  CHECK_THAT(few.gradients_bytes + few.activations_bytes + few.logits_bytes, WithinRel(all.gradients_bytes));
}

TEST_CASE("DistributedDataParallel copies all gradients to buckets; alone there is nothing to reduce") {
  auto const communication_bytes = [](std::int64_t devices, Sharding sharding) {
    auto plan = plan_of(1, 1, devices);
    plan.sharding = sharding;
    return estimate_memory(job_of(small_gpt()), plan, round_machine(), {.framework = FrameworkKind::pytorch})
        .communication_bytes;
  };
  auto const count = count_parameters(small_gpt());
  double const parameters = count.embedding + count.lm_head + 8 * count.per_layer;
  CHECK(communication_bytes(1, Sharding::none) == 0);
  CHECK_THAT(communication_bytes(8, Sharding::none), WithinRel(4 * parameters, 1e-9));
  CHECK(communication_bytes(8, Sharding::zero1) == communication_bytes(8, Sharding::none));
}

TEST_CASE("FSDP gathers two layers, embedding and head, and holds a layer's gradients twice and the head's") {
  auto plan = plan_of(1, 1, 8);
  plan.sharding = Sharding::zero3;
  auto const gathered_bytes = [&](FrameworkKind framework) {
    return estimate_memory(job_of(llama_7b()), plan, round_machine(), {.framework = framework}).communication_bytes;
  };
  auto const count = count_parameters(llama_7b());
  double const layer = count.per_layer;
  double const ends = count.embedding + 2 * count.lm_head;
  // torchtitan reduces in fp32: 2 + 2 of parameters, 2 + 4 of gradients.
  CHECK_THAT(gathered_bytes(FrameworkKind::fsdp_compiled), WithinRel(10 * layer + 2 * ends, 1e-9));
  CHECK_THAT(gathered_bytes(FrameworkKind::fsdp_plain), WithinRel(8 * layer + 2 * ends, 1e-9));
}

TEST_CASE("What FSDP's stream of gathers keeps is given back before a plan does not fit") {
  auto plan = plan_of(1, 1, 8);
  plan.sharding = Sharding::zero3;
  auto const of = [&](FrameworkKind framework) {
    return estimate_memory(job_of(llama_7b()), plan, round_machine(), {.framework = framework});
  };
  auto const fsdp = of(FrameworkKind::fsdp_plain);
  auto const count = count_parameters(llama_7b());
  CHECK_THAT(fsdp.stream_pool_bytes, WithinRel(2 * (count.embedding + count.lm_head + 2 * count.per_layer), 1e-9));
  CHECK_THAT(fsdp.fragmentation_bytes - fsdp.stream_pool_bytes,
             WithinRel(constants::fragmentation * fsdp.tensor_bytes()));
  CHECK(fsdp.needed_bytes() < fsdp.total_bytes() - fsdp.stream_pool_bytes);
  CHECK(of(FrameworkKind::hugging_face).stream_pool_bytes == 0);
}

TEST_CASE("DeepSpeed keeps a billion gathered parameters under ZeRO-3, or all of a smaller model") {
  auto plan = plan_of(1, 1, 8);
  plan.sharding = Sharding::zero3;
  auto const gathered_bytes = [&](ModelSpec const& model) {
    EstimateOptions const options{.framework = FrameworkKind::hugging_face};
    return estimate_memory(job_of(model), plan, round_machine(), options).communication_bytes;
  };
  CHECK_THAT(gathered_bytes(llama_7b()), WithinRel(2e9));
  auto const count = count_parameters(small_gpt());
  CHECK_THAT(gathered_bytes(small_gpt()), WithinRel(2 * (count.embedding + count.lm_head + 8 * count.per_layer), 1e-9));
}

TEST_CASE("Of matrices larger than that DeepSpeed holds the largest and its gradients, of experts those of a rank") {
  auto plan = plan_of(1, 1, 8);
  plan.sharding = Sharding::zero3;
  EstimateOptions const options{.framework = FrameworkKind::hugging_face};
  auto const gathered_bytes = [&](TrainingJob const& job) {
    return estimate_memory(job, plan, round_machine(), options).communication_bytes;
  };
  auto wide = small_gpt();
  wide.ffn_size = 1024 * 1024;
  // 2^10 x 2^20 and its bias: parameters and gradients of 2 bytes
  CHECK_THAT(gathered_bytes(job_of(wide)), WithinRel(2 * 2 * (1024.0 + 1) * 1024 * 1024, 1e-3));
  auto mixture = mixture_of_eight();
  mixture.experts->expert_ffn_size = 65536;
  // eight experts of three matrices
  double const experts = 8.0 * 3 * 1024 * 65536;
  CHECK_THAT(gathered_bytes(job_of(mixture)), WithinRel(2 * 2 * experts));
  plan.expert_parallel = 8;
  CHECK_THAT(gathered_bytes(job_of(mixture)), WithinRel(2e9));
}

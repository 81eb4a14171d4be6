// SPDX-License-Identifier: Apache-2.0
#include "advisor/memory_estimate.hpp"

#include "advisor/memory_verdict.hpp"
#include "advisor/plan_space.hpp"
#include "advisor/saved_activations.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;

namespace {

constexpr EstimateOptions unfused{.framework = FrameworkKind::megatron_core, .attention = AttentionKernel::unfused};
constexpr EstimateOptions fused{.framework = FrameworkKind::megatron_core};

LayerActivations activations_of(TrainingJob const& job, ParallelPlan const& plan, EstimateOptions const& options) {
  return layer_activations(job, plan, options, layer_kinds(job.model).front());
}

MemoryEstimate memory_of(ParallelPlan plan, Sharding sharding = Sharding::none) {
  plan.sharding = sharding;
  return estimate_memory(job_of(small_gpt()), plan, round_machine(), fused);
}

}  // namespace

TEST_CASE("A GPT layer keeps s b h (34 + 5 a s / h) bytes, as Korthikanti et al. count them") {
  // s = h = 1024, a = 16, b = 2
  double const expected = 1024.0 * 2 * 1024 * (34 + 5.0 * 16);
  CHECK_THAT(activations_of(job_of(small_gpt()), plan_of(1, 1, 1, 2), unfused).layer_bytes, WithinRel(expected));
}

TEST_CASE("Tensor parallelism keeps s b h (10 + 24 / t + 5 a s / (h t)), sequence parallelism all of it over t") {
  auto plan = plan_of(4, 1, 1);
  double const sbh = 1024.0 * 1024;
  CHECK_THAT(activations_of(job_of(small_gpt()), plan, unfused).layer_bytes, WithinRel(sbh * (10 + 6 + 20)));
  plan.sequence_parallel = true;
  CHECK_THAT(activations_of(job_of(small_gpt()), plan, unfused).layer_bytes, WithinRel(sbh * (34 + 80) / 4));
}

TEST_CASE("Selective recomputation and fused attention keep no scores, full keeps the layer's input") {
  auto plan = plan_of(1, 1, 1);
  double const sbh = 1024.0 * 1024;
  plan.recompute = Recompute::selective;
  CHECK_THAT(activations_of(job_of(small_gpt()), plan, unfused).layer_bytes, WithinRel(sbh * 34));
  plan.recompute = Recompute::none;
  CHECK_THAT(activations_of(job_of(small_gpt()), plan, fused).layer_bytes, WithinRel(sbh * 34 + 1024 * 16 * 4.0));
  plan.recompute = Recompute::full;
  CHECK_THAT(activations_of(job_of(small_gpt()), plan, fused).layer_bytes, WithinRel(sbh * 2));
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

TEST_CASE("Under a pipeline ZeRO-3 keeps what it gathered and sums whole gradients") {
  auto const plan = plan_of(1, 2, 4);
  auto const whole = memory_of(plan);
  auto const sharded = memory_of(plan, Sharding::zero3);
  CHECK_THAT(sharded.weights_bytes, WithinRel(whole.weights_bytes / 4));
  CHECK_THAT(sharded.optimizer_bytes, WithinRel(whole.optimizer_bytes / 4));
  CHECK(sharded.gradients_bytes == whole.gradients_bytes);
  CHECK_THAT(sharded.communication_bytes, WithinRel(whole.weights_bytes));
}

TEST_CASE("Mixed-precision Adam holds 2 bytes of weights and 12 of state for 4 of fp32 gradients") {
  auto const memory = memory_of(plan_of(1, 1, 1));
  CHECK_THAT(memory.optimizer_bytes, WithinRel(6 * memory.weights_bytes));
  CHECK_THAT(memory.gradients_bytes, WithinRel(2 * memory.weights_bytes));
}

TEST_CASE("Adam wholly in bf16 holds 2 bytes of weights, 2 of gradients and 4 of moments, in any framework") {
  auto job = job_of(small_gpt());
  job.optimizer = Optimizer::adamw_bf16;
  double const parameters = memory_of(plan_of(1, 1, 1)).weights_bytes / 2;
  for (auto const framework : {FrameworkKind::megatron_core, FrameworkKind::fsdp_plain, FrameworkKind::unknown}) {
    auto const memory = estimate_memory(job, plan_of(1, 1, 1), round_machine(), {.framework = framework});
    CHECK_THAT(memory.weights_bytes, WithinRel(2 * parameters));
    CHECK_THAT(memory.gradients_bytes, WithinRel(2 * parameters));
    CHECK_THAT(memory.optimizer_bytes, WithinRel(4 * parameters));
  }
}

TEST_CASE("The first of four stages holds four micro-batches, however many follow") {
  auto model = small_gpt();
  model.vocabulary_size = 1024;  // or the logits would make the last stage the fullest
  auto const job = job_of(model);
  auto const plan = plan_of(1, 4, 1);
  double const layer_bytes = activations_of(job, plan, fused).layer_bytes;
  CHECK_THAT(estimate_memory(job, plan, round_machine(), fused).activations_bytes, WithinRel(4 * 2 * layer_bytes));
}

TEST_CASE("The last stage holds one micro-batch and the logits") {
  auto model = small_gpt();
  model.vocabulary_size = 131072;  // so that the last stage is the fullest
  auto const job = job_of(model);
  auto const plan = plan_of(1, 4, 1);
  auto const memory = estimate_memory(job, plan, round_machine(), fused);
  CHECK_THAT(memory.logits_bytes,
             WithinRel(1024 * 131072 * framework_traits(FrameworkKind::megatron_core).logit_bytes));
  CHECK_THAT(memory.activations_bytes, WithinRel(2 * activations_of(job, plan, fused).layer_bytes));
}

TEST_CASE("The total is what the parts add up to; what fits may give back a part of its fragmentation") {
  auto memory = memory_of(plan_of(2, 1, 4));
  CHECK_THAT(
      memory.total_bytes(),
      WithinRel(memory.weights_bytes + memory.gradients_bytes + memory.optimizer_bytes + memory.activations_bytes +
                memory.logits_bytes + memory.communication_bytes + memory.runtime_bytes + memory.fragmentation_bytes));
  memory.capacity_bytes = memory.needed_bytes();
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
  auto const saved = activations_of(job, plan, fused);
  auto const memory = estimate_memory(job, plan, round_machine(), fused);
  REQUIRE(logits_bytes(job, plan, fused) > saved.working_bytes);
  CHECK_THAT(memory.activations_bytes, WithinRel(8 * saved.layer_bytes));
  CHECK_THAT(memory.logits_bytes, WithinRel(logits_bytes(job, plan, fused)));
}

TEST_CASE("DeepSpeed's pipeline engine holds 8 of 10 bytes a logit while the layers are recomputed") {
  auto const job = job_of(small_gpt());
  auto plan = plan_of(1, 1, 1);
  plan.recompute = Recompute::full;
  EstimateOptions const deepspeed{.framework = FrameworkKind::megatron_deepspeed,
                                  .attention = AttentionKernel::unfused};
  auto const saved = activations_of(job, plan, deepspeed);
  auto const memory = estimate_memory(job, plan, round_machine(), deepspeed);
  double const room_bytes = 0.2 * logits_bytes(job, plan, deepspeed);
  REQUIRE(saved.working_bytes > room_bytes);
  CHECK_THAT(memory.activations_bytes, WithinRel(8 * saved.layer_bytes + saved.working_bytes - room_bytes));
}

TEST_CASE("FSDP keeps fp32 weights, gradients and moments: 16 bytes a parameter") {
  auto plan = plan_of(1, 1, 8);
  plan.sharding = Sharding::zero3;
  auto const memory =
      estimate_memory(job_of(small_gpt()), plan, round_machine(), {.framework = FrameworkKind::fsdp_eager});
  CHECK_THAT(memory.gradients_bytes, WithinRel(memory.weights_bytes));
  CHECK_THAT(memory.optimizer_bytes, WithinRel(2 * memory.weights_bytes));
}

TEST_CASE("The device runtime takes what the machine says, which is nothing on a host") {
  auto machine = round_machine();
  auto const runtime_bytes = [&] {
    return estimate_memory(job_of(small_gpt()), plan_of(1, 1, 1), machine, fused).runtime_bytes;
  };
  CHECK(runtime_bytes() == constants::runtime_context_bytes);
  machine.runtime_bytes = 0;
  CHECK(runtime_bytes() == 0);
}

TEST_CASE("Each kind of communicator takes its buffers outside of the framework's allocator") {
  auto const alone = memory_of(plan_of(1, 1, 1));
  auto const many = memory_of(plan_of(2, 2, 2));
  CHECK(many.runtime_bytes - alone.runtime_bytes == 3 * constants::communicator_bytes);
  CHECK(many.total_bytes() == many.reserved_bytes() + many.runtime_bytes);
  CHECK(many.reserved_bytes() == many.allocated_bytes() + many.fragmentation_bytes);
  auto const gathered = memory_of(plan_of(1, 1, 8), Sharding::zero3);
  CHECK(gathered.allocated_bytes() == gathered.tensor_bytes() + gathered.communication_bytes);
}

namespace {

// Micro-batches of activations on the first of four stages of two layers.
double in_flight(ParallelPlan plan) {
  auto model = small_gpt();
  model.vocabulary_size = 1024;  // or the logits would make the last stage the fullest
  auto const job = job_of(model);
  plan.pipeline_parallel = 4;
  double const stage_bytes = 2 * activations_of(job, plan, fused).layer_bytes;
  return estimate_memory(job, plan, round_machine(), fused).activations_bytes / stage_bytes;
}

}  // namespace

TEST_CASE("GPipe holds every micro-batch, 1F1B never more than there are") {
  auto plan = plan_of(1, 4, 1);
  plan.schedule = Schedule::gpipe;
  CHECK_THAT(in_flight(plan), WithinRel(64.0));
  CHECK_THAT(in_flight(plan_of(1, 4, 1, 1, 3)), WithinRel(3.0));
}

TEST_CASE("Interleaved, the first stage holds 2 (p - 1) + (v - 1) p + 1 chunks of 1 / v of its layers") {
  auto plan = plan_of(1, 4, 1);
  plan.virtual_stages = 2;
  CHECK_THAT(in_flight(plan), WithinRel((6 + 4 + 1) / 2.0));
  plan.global_batch = 4;
  CHECK_THAT(in_flight(plan), WithinRel(4.0));
}

TEST_CASE("Of every fourth layer recomputed three are kept, and of one its input") {
  auto plan = plan_of(1, 1, 1);
  auto const job = job_of(small_gpt());
  double const kept = activations_of(job, plan, fused).layer_bytes;
  plan.recompute = Recompute::full;
  double const input = activations_of(job, plan, fused).layer_bytes;
  plan.recompute_interval = 4;
  CHECK_THAT(activations_of(job, plan, fused).layer_bytes, WithinRel((3 * kept + input) / 4));
}

TEST_CASE("NeMo's recipes hold gradients in bf16, Megatron-LM in fp32") {
  auto const gradients_bytes = [](FrameworkKind framework) {
    return estimate_memory(job_of(small_gpt()), plan_of(1, 1, 8), round_machine(), {.framework = framework})
        .gradients_bytes;
  };
  CHECK_THAT(gradients_bytes(FrameworkKind::megatron_core), WithinRel(2 * gradients_bytes(FrameworkKind::nemo)));
}

TEST_CASE("A mixture keeps each copy of a token: its input, what is between, and its output where it is weighed last") {
  // Hidden size 1024: norms and inputs 4, Q K V and output 4; two copies of 1024 and gate, up and product of 512.
  double const elements = 4 * 1024 + 4 * 1024 + 2 * (1024 + 3 * 512);
  double const log_sums = 4 * 16;
  auto const bytes_of = [](EstimateOptions const& options) {
    return activations_of(job_of(mixture_of_eight()), plan_of(1, 1, 1), options).layer_bytes;
  };
  CHECK_THAT(bytes_of(fused), WithinRel(1024 * (2 * elements + log_sums)));
  CHECK_THAT(bytes_of({.framework = FrameworkKind::megatron_legacy}) - bytes_of(fused),
             WithinRel(1024 * 2.0 * 2 * 1024));
}

TEST_CASE("Latent attention keeps its latent vectors beside queries, keys, values and output") {
  auto model = small_gpt();
  model.layer_norm = false;
  auto const plan = plan_of(1, 1, 1);
  double const plain = activations_of(job_of(model), plan, fused).layer_bytes;
  model.latent_attention = LatentAttention{
      .query_rank = 256, .key_value_rank = 128, .plain_head_size = 48, .rotary_head_size = 16, .value_head_size = 64};
  CHECK_THAT(activations_of(job_of(model), plan, fused).layer_bytes, WithinRel(plain + 1024 * 2 * (256 + 128.0)));
}

TEST_CASE("State of experts is spread over the ranks that hold the same") {
  auto plan = plan_of(1, 1, 8);
  auto const job = job_of(mixture_of_eight());
  auto const weights = [&](std::int64_t expert_parallel, Sharding sharding) {
    plan.expert_parallel = expert_parallel;
    plan.sharding = sharding;
    return estimate_memory(job, plan, round_machine(), fused);
  };
  double const experts = 8 * 8 * 3 * 1024.0 * 512;
  double const whole = weights(1, Sharding::none).weights_bytes;
  CHECK_THAT(whole - weights(8, Sharding::none).weights_bytes, WithinRel(2 * experts * 7 / 8));
  // Over eight ranks either way: an eighth of the experts on one device, its state shared with nobody.
  CHECK_THAT(weights(8, Sharding::zero1).optimizer_bytes, WithinRel(weights(1, Sharding::zero1).optimizer_bytes));
  CHECK_THAT(weights(8, Sharding::zero1).optimizer_bytes, WithinRel(12 * whole / 2 / 8));
}

TEST_CASE("A hybrid shard group holds one copy of the parameters") {
  auto plan = plan_of(1, 1, 16);
  plan.sharding = Sharding::zero3;
  auto const memory = [&](std::int64_t group) {
    plan.shard_group = group;
    return estimate_memory(job_of(small_gpt()), plan, round_machine(), fused);
  };
  CHECK_THAT(memory(4).weights_bytes, WithinRel(4 * memory(0).weights_bytes));
  CHECK_THAT(memory(4).optimizer_bytes, WithinRel(4 * memory(0).optimizer_bytes));
}

TEST_CASE("DeepSpeed's bf16 optimizer is sharded whatever the ZeRO stage, its fp16 one is not") {
  auto job = job_of(small_gpt());
  auto const share_of = [&](Sharding sharding) {
    auto plan = plan_of(1, 1, 8);
    plan.sharding = sharding;
    auto const memory = estimate_memory(job, plan, round_machine(), {.framework = FrameworkKind::megatron_deepspeed});
    return memory.optimizer_bytes / memory.weights_bytes / 6;
  };
  CHECK_THAT(share_of(Sharding::none), WithinRel(1.0 / 8));
  job.precision = hpcadvise::profiles::Precision::fp16;
  CHECK_THAT(share_of(Sharding::none), WithinRel(1.0));
  CHECK_THAT(share_of(Sharding::zero1), WithinRel(1.0 / 8));
}

TEST_CASE("Under ZeRO without a pipeline Megatron-DeepSpeed keeps bf16 gradients, else fp32 ones beside them") {
  auto const gradients_of_weights = [&](ParallelPlan plan, Sharding sharding) {
    plan.sharding = sharding;
    EstimateOptions const options{.framework = FrameworkKind::megatron_deepspeed};
    auto const memory = estimate_memory(job_of(small_gpt()), plan, round_machine(), options);
    return memory.gradients_bytes / memory.weights_bytes;
  };
  CHECK_THAT(gradients_of_weights(plan_of(1, 1, 8), Sharding::none), WithinRel(3.0));
  CHECK_THAT(gradients_of_weights(plan_of(1, 2, 4), Sharding::zero1), WithinRel(3.0));
  CHECK_THAT(gradients_of_weights(plan_of(1, 1, 8), Sharding::zero1), WithinRel(1.0));
}

TEST_CASE("Hugging Face's RMSNorm keeps its input in fp32 and what it scales: 4 bytes more for each of two") {
  auto const bytes_of = [&](ModelSpec const& model, FrameworkKind kind) {
    return activations_of(job_of(model), plan_of(1, 1, 1), {.framework = kind}).layer_bytes;
  };
  double const tokens = static_cast<double>(job_of(llama_7b()).sequence_length);
  using enum FrameworkKind;
  CHECK_THAT(bytes_of(llama_7b(), hugging_face) - bytes_of(llama_7b(), fsdp_eager), WithinRel(tokens * 4096 * 8));
  CHECK(bytes_of(small_gpt(), hugging_face) == bytes_of(small_gpt(), fsdp_eager));
}

TEST_CASE("A multi-token module keeps a layer and its own logits on the last stage") {
  auto model = small_gpt();
  auto const plan = plan_of(1, 1, 1);
  auto const plain = estimate_memory(job_of(model), plan, round_machine(), fused);
  model.multi_token_modules = 1;
  auto const memory = estimate_memory(job_of(model), plan, round_machine(), fused);
  CHECK_THAT(memory.logits_bytes, WithinRel(2 * plain.logits_bytes));
  CHECK_THAT(memory.activations_bytes, WithinRel(plain.activations_bytes * 9 / 8));
}

// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_gains.hpp"

#include "advisor/critical_batch.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <algorithm>
#include <optional>
#include <string_view>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;

namespace {

// Below every critical batch: what is tried does not end there.
TrainingJob fine_tuning_of(ModelSpec model, std::int64_t sequence_length, std::int64_t global_batch) {
  auto job = job_of(std::move(model), sequence_length, global_batch);
  job.fine_tuning = true;
  return job;
}

PlanGains gains_of(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine = round_machine(),
                   EstimateOptions const& options = {}) {
  return plan_gains(job, estimate_step(job, plan, machine, options), machine, options);
}

std::optional<double> gain_of(PlanGains const& gains, std::string_view what) {
  auto const found =
      std::find_if(gains.gains.begin(), gains.gains.end(), [&](PlanGain const& gain) { return gain.what == what; });
  if (found == gains.gains.end()) return std::nullopt;
  return found->gain;
}

// 64 devices that shard everything over a slow network.
ParallelPlan sharded_plan() {
  auto plan = plan_of(1, 1, 64, 1, 256);
  plan.sharding = Sharding::zero3;
  return plan;
}

}  // namespace

TEST_CASE("Where parameters travel in every micro-batch a larger micro-batch helps, a larger global one does not",
          "[advisor][gains]") {
  auto const gains = gains_of(fine_tuning_of(llama_7b(), 1024, 256), sharded_plan());
  REQUIRE(gain_of(gains, "micro_batch=2"));
  CHECK(*gain_of(gains, "micro_batch=2") > 0.1);
  CHECK_FALSE(gain_of(gains, "a global batch of 512"));
}

TEST_CASE("Where they travel once a step, a larger global batch spreads the traffic", "[advisor][gains]") {
  auto plan = sharded_plan();
  plan.sharding = Sharding::zero1;
  plan.global_batch = 64;
  auto const gains = gains_of(fine_tuning_of(small_gpt(), 1024, 64), plan);
  REQUIRE(gain_of(gains, "a global batch of 128"));
}

TEST_CASE("A smaller shard group is offered where it spares the network", "[advisor][gains]") {
  auto const gains = gains_of(fine_tuning_of(llama_7b(), 1024, 256), [] {
    auto plan = sharded_plan();
    plan.shard_group = 16;
    return plan;
  }());
  REQUIRE(gain_of(gains, "shard_group=8"));
}

TEST_CASE("The gain is that of the changed plan's own estimate", "[advisor][gains]") {
  auto const job = fine_tuning_of(small_gpt(), 1024, 8);
  auto const gains = gains_of(job, plan_of(1, 8, 1, 1, 8));
  auto const gain = gain_of(gains, "a global batch of 16");
  REQUIRE(gain);
  // 8 stages: 7 rounds of bubble beside 8 of work, then beside 16; less, as the stage with the head sets the pace.
  CHECK(*gain > 0.1);
  CHECK(*gain < (15.0 / 8) / (23.0 / 16) - 1);

  auto larger = job;
  larger.global_batch = 16;
  auto const before = estimate_step(job, plan_of(1, 8, 1, 1, 8), round_machine(), {});
  auto const after = estimate_step(larger, plan_of(1, 8, 1, 1, 16), round_machine(), {});
  CHECK_THAT(1 + *gain, WithinRel(after.tokens_per_s_per_device / before.tokens_per_s_per_device));
}

TEST_CASE("A rank with one micro-batch is offered a larger one together with a larger batch", "[advisor][gains]") {
  auto plan = sharded_plan();
  plan.global_batch = 64;
  auto const gains = gains_of(fine_tuning_of(llama_7b(), 1024, 64), plan);
  CHECK(gain_of(gains, "a global batch of 128 with micro_batch=2"));
  CHECK_FALSE(gain_of(gains, "micro_batch=2"));
}

TEST_CASE("A group of experts that leaves the node is offered the half that does not", "[advisor][gains]") {
  auto machine = round_machine();
  machine.network.bytes_per_s_per_device = 1e9;
  machine.devices_per_node = 4;
  auto plan = plan_of(1, 1, 16, 1, 1024);  // 64 exchanges of tokens for each of gradients
  plan.expert_parallel = 8;
  auto const gains = gains_of(fine_tuning_of(mixture_of_eight(), 1024, 1024), plan, machine);
  REQUIRE(gain_of(gains, "ep=4"));
  CHECK(*gain_of(gains, "ep=4") > 0.05);
}

TEST_CASE("No change is offered that fills the memory more than the plan's verdict", "[advisor][gains]") {
  auto const job = fine_tuning_of(llama_7b(), 1024, 256);
  auto machine = round_machine();
  auto const memory = estimate_memory(job, sharded_plan(), machine, {});
  machine.memory_bytes = 1.15 * memory.total_bytes();  // roomy as it is
  auto const gains = gains_of(job, sharded_plan(), machine);
  CHECK_FALSE(gain_of(gains, "micro_batch=2"));
  CHECK(gain_of(gains, "micro_batch=2,recompute=full"));
}

TEST_CASE("No batch is offered above the critical one, nor above the whole run", "[advisor][gains]") {
  auto const plan = plan_of(1, 8, 1, 1, 8);
  auto job = job_of(small_gpt(), 1024, 8);
  REQUIRE(critical_batch_tokens(job) > 16 * 1024);
  CHECK(gain_of(gains_of(job, plan), "a global batch of 16"));
  job.tokens = 15 * 1024;
  CHECK_FALSE(gain_of(gains_of(job, plan), "a global batch of 16"));

  auto large = job_of(small_gpt(), 1024, 8192);
  REQUIRE(critical_batch_tokens(large) < 16384 * 1024);
  CHECK_FALSE(gain_of(gains_of(large, plan_of(1, 8, 1, 1024, 8192)), "a global batch of 16,384"));
}

TEST_CASE("Compiled layers are offered where the framework can compile them and does not", "[advisor][gains]") {
  auto const job = fine_tuning_of(llama_7b(), 1024, 256);
  auto const offered = [&](FrameworkKind framework) {
    return gain_of(gains_of(job, sharded_plan(), round_machine(), {.framework = framework}),
                   "compiled layers (torch.compile)")
        .has_value();
  };
  CHECK(offered(FrameworkKind::fsdp_plain));
  CHECK_FALSE(offered(FrameworkKind::fsdp_compiled));
  CHECK_FALSE(offered(FrameworkKind::megatron_core));
  CHECK_FALSE(offered(FrameworkKind::unknown));
}

TEST_CASE("Better attention is offered where the device has it and the framework does not call it",
          "[advisor][gains]") {
  auto machine = round_machine();
  auto const gain = [&](EstimateOptions const& options, char const* what) {
    return gain_of(gains_of(fine_tuning_of(llama_7b(), 4096, 64), sharded_plan(), machine, options), what);
  };
  char const* const newest = "FlashAttention-3 or cuDNN's attention (--attention flash-3)";
  EstimateOptions const eager{.framework = FrameworkKind::fsdp_eager};
  CHECK_FALSE(gain(eager, newest));
  machine.current_attention = 2;
  CHECK(gain(eager, newest));
  CHECK_FALSE(gain({.framework = FrameworkKind::megatron_core}, newest));
  machine.current_attention = 1;
  EstimateOptions const unfused{.framework = FrameworkKind::megatron_core, .attention = AttentionKernel::unfused};
  CHECK(gain(unfused, "FlashAttention-2 (--attention flash-2)"));
  machine.attention = {};
  CHECK_FALSE(gain(unfused, "FlashAttention-2 (--attention flash-2)"));
}

TEST_CASE("A framework that checkpoints every layer or none is offered no part of it", "[advisor][gains]") {
  auto plan = sharded_plan();
  plan.recompute = Recompute::full;
  auto const job = fine_tuning_of(llama_7b(), 1024, 256);
  auto const partly = [&](FrameworkKind framework) {
    auto const gains = gains_of(job, plan, round_machine(), {.framework = framework});
    return gain_of(gains, "recompute=selective") || gain_of(gains, "recompute_interval=2");
  };
  CHECK(partly(FrameworkKind::unknown));
  CHECK_FALSE(partly(FrameworkKind::hugging_face));
}

TEST_CASE("A larger batch is offered with what it costs in tokens", "[advisor][gains]") {
  auto const plan = plan_of(1, 8, 1, 1, 8);
  auto const job = job_of(small_gpt(), 1024, 8);
  auto const gains = gains_of(job, plan);
  auto const batch = std::find_if(gains.gains.begin(), gains.gains.end(),
                                  [](PlanGain const& gain) { return gain.what == "a global batch of 16"; });
  REQUIRE(batch != gains.gains.end());
  double const critical = critical_batch_tokens(job) / 1024;  // sequences
  CHECK_THAT(batch->tokens_factor, WithinRel((1 + 16 / critical) / (1 + 8 / critical)));
  for (PlanGain const& gain : gains_of(fine_tuning_of(small_gpt(), 1024, 8), plan).gains)
    CHECK(gain.tokens_factor == 1);  // no law is known
}

TEST_CASE("A batch that costs more tokens than it gains rate is not offered", "[advisor][gains]") {
  // 64 rounds beside 7 of bubble: twice the batch gains 5 % of rate.
  auto const plan = plan_of(1, 8, 1, 1, 64);
  auto const tuned = fine_tuning_of(small_gpt(), 1024, 64);
  auto const gain = gain_of(gains_of(tuned, plan), "a global batch of 128");
  REQUIRE(gain);
  auto job = job_of(small_gpt(), 1024, 64);
  job.tokens = 1e7;
  double const critical = critical_batch_tokens(job) / 1024;  // sequences
  REQUIRE(critical > 128);
  REQUIRE((1 + 128 / critical) / (1 + 64 / critical) > 1 + *gain);
  CHECK_FALSE(gain_of(gains_of(job, plan), "a global batch of 128"));
}

TEST_CASE("The sentence names the most of those tried, and says nothing where nothing gains", "[advisor][gains]") {
  CHECK(gain_sentence({}).empty());
  CHECK(gain_sentence({5, {{"ep=4", 0.057}}}) == "would raise the rate: ep=4: +5.7 % tokens/s");
  CHECK(gain_sentence({9, {{"a", 0.2}, {"b", 0.1, 1.17}, {"c", 0.05}, {"d", 0.02}}}) ==
        "would raise the rate, each by itself: a: +20.0 % tokens/s, the most of 9 changes tried; b: +10.0 %, for 17 % "
        "more tokens to the same loss; c: +5.0 %");
}

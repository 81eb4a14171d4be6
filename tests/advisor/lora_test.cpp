// SPDX-License-Identifier: Apache-2.0
// What freezing a model and training adapters beside it changes in a step, in its memory and in its traffic.
#include "advisor/cost/data_parallel.hpp"
#include "advisor/cost/elementwise.hpp"
#include "advisor/cost/pipeline.hpp"
#include "advisor/lower_bound.hpp"
#include "advisor/plan_search.hpp"
#include "advisor/plan_space.hpp"
#include "advisor/saved_activations.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <algorithm>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;

namespace {

TrainingJob lora_job(ModelSpec model, std::int64_t rank = 8, LoraTargets targets = LoraTargets::attention) {
  auto job = job_of(std::move(model), 1024, 64);
  job.fine_tuning = true;
  job.lora = LoraAdapters{rank, targets};
  return job;
}

StageParameters whole_model(TrainingJob const& job, ParallelPlan const& plan) {
  auto const facts = model_facts(job, plan);
  return stage_parameters(facts.parts, stage_layout(job.model, plan, framework_traits(FrameworkKind::unknown)).front(),
                          plan);
}

double step_s(TrainingJob const& job, ParallelPlan const& plan) {
  return estimate_step(job, plan, round_machine(), {}).step_time_s.median;
}

}  // namespace

TEST_CASE("Adapters are what is trained, the model what is frozen", "[lora]") {
  auto const job = lora_job(small_gpt());
  auto const parameters = whole_model(job, plan_of(1, 1, 1));
  // A of Q, K, V and of the output, as many in B: 8 matrices of 8 x 1024 in each of 8 layers
  CHECK(parameters.trained.total() == 8 * 8 * 8 * 1024);
  CHECK(parameters.trained.total() == trainable_parameters(job));
  CHECK(parameters.frozen.total() == whole_model(job_of(small_gpt()), plan_of(1, 1, 1)).trained.total());
  CHECK(whole_model(job_of(small_gpt()), plan_of(1, 1, 1)).frozen.total() == 0);
}

TEST_CASE("Tensor parallelism cuts one of the two matrices of an adapter", "[lora]") {
  // B of Q, K, V and A of the output are cut, the four others are whole on each of four ranks.
  CHECK(whole_model(lora_job(small_gpt()), plan_of(4, 1, 1)).trained.total() == 8 * (4 + 4 / 4) * 8 * 1024);
}

TEST_CASE("Adapters of experts are spread as the experts are", "[lora]") {
  auto const job = lora_job(mixture_of_eight(), 8, LoraTargets::all_linear);
  auto plan = plan_of(1, 1, 8);
  double const whole = whole_model(job, plan).trained.experts;
  plan.expert_parallel = 4;
  CHECK(whole_model(job, plan).trained.experts == whole / 4);
}

TEST_CASE("A frozen weight takes two bytes and nothing else, an adapter what any trained weight takes", "[lora]") {
  auto const job = lora_job(small_gpt());
  auto const memory = estimate_memory(job, plan_of(1, 1, 1), round_machine(), {});
  double const adapters = 8 * 8 * 8 * 1024;
  double const model = whole_model(job, plan_of(1, 1, 1)).frozen.total();
  CHECK(memory.weights_bytes == 2 * (model + adapters));
  CHECK(memory.gradients_bytes == 4 * adapters);
  CHECK(memory.optimizer_bytes == 12 * adapters);
}

TEST_CASE("FSDP keeps adapters in fp32, and the model in the 16 bit it was published in", "[lora]") {
  EstimateOptions const options{.framework = FrameworkKind::fsdp_eager};
  auto const job = lora_job(small_gpt());
  auto const parameters = whole_model(job, plan_of(1, 1, 1));
  CHECK(estimate_memory(job, plan_of(1, 1, 1), round_machine(), options).weights_bytes ==
        2 * parameters.frozen.total() + 4 * parameters.trained.total());
}

TEST_CASE("ZeRO-3 shards frozen weights too, ZeRO-1 leaves them whole", "[lora]") {
  auto const job = lora_job(llama_7b());
  auto plan = plan_of(1, 1, 8);
  auto const weights_bytes = [&](Sharding sharding) {
    plan.sharding = sharding;
    return estimate_memory(job, plan, round_machine(), {}).weights_bytes;
  };
  CHECK(weights_bytes(Sharding::zero1) == weights_bytes(Sharding::none));
  CHECK_THAT(weights_bytes(Sharding::zero3), WithinRel(weights_bytes(Sharding::none) / 8));
}

TEST_CASE("Adapters need less memory than training everything, under every sharding and recomputation", "[lora]") {
  auto const full = job_of(llama_7b());
  for (auto const targets : {LoraTargets::attention, LoraTargets::all_linear}) {
    for (auto const sharding : {Sharding::none, Sharding::zero1, Sharding::zero2, Sharding::zero3}) {
      for (auto const recompute : {Recompute::none, Recompute::selective, Recompute::full}) {
        auto plan = plan_of(1, 1, 8);
        plan.sharding = sharding;
        plan.recompute = recompute;
        CAPTURE(to_string(targets), to_string(sharding), to_string(recompute));
        CHECK(estimate_memory(lora_job(llama_7b(), 16, targets), plan, round_machine(), {}).total_bytes() <
              estimate_memory(full, plan, round_machine(), {}).total_bytes());
      }
    }
  }
}

TEST_CASE("Only a weight gradient needs what a linear layer read", "[lora]") {
  auto const saved = [](TrainingJob const& job) {
    return layer_activations(job, plan_of(1, 1, 1), {}, {}).layer_bytes;
  };
  double const full = saved(job_of(small_gpt()));
  // Two bytes a token: the input of the FFN and of its second matrix are gone, A x of Q, K, V and the output is new.
  CHECK_THAT(full - saved(lora_job(small_gpt())), WithinRel(1024 * 2.0 * (1024 + 4096 - 4 * 8)));
  // Adapters everywhere need every input, and A x of the FFN's two.
  CHECK_THAT(saved(lora_job(small_gpt(), 8, LoraTargets::all_linear)) - full, WithinRel(1024 * 2.0 * 6 * 8));
}

TEST_CASE("Gradients travel in proportion to what is trained", "[lora]") {
  auto const job = lora_job(small_gpt());
  auto const machine = round_machine();
  EstimateOptions const options{.framework = FrameworkKind::megatron_legacy};
  auto plan = plan_of(1, 1, 8);
  auto const traffic_s = [&](StageParameters const& parameters) {
    return data_parallel_cost_s(CostContext{job, plan, machine, options, framework_traits(options.framework)},
                                {parameters, 8, 2, 1});
  };
  for (auto const sharding : {Sharding::none, Sharding::zero1, Sharding::zero2}) {
    plan.sharding = sharding;
    CHECK_THAT(traffic_s({{1e9, 0}, {1e7, 0}}), WithinRel(traffic_s({{}, {1e9, 0}}) / 100));
  }
  // Both are gathered, before forward and before backward: 2 bytes each over 8 ranks and 8 micro-batches.
  plan.sharding = Sharding::zero3;
  CHECK_THAT(traffic_s({{1e9, 0}, {}}), WithinRel(8 * 2 * 2e9 * 0.875 / 1e11));
}

TEST_CASE("Frozen parameters have no gradient to add up, but ZeRO-3 copies them out of its buffer", "[lora]") {
  auto const job = lora_job(small_gpt());
  auto const machine = round_machine();
  EstimateOptions const options{.framework = FrameworkKind::fsdp_eager};
  auto plan = plan_of(1, 1, 8);
  auto const cost_s = [&] {
    CostContext const context{job, plan, machine, options, framework_traits(options.framework)};
    return accumulation_cost_s(context, {{1e9, 0}, {}});
  };
  CHECK(cost_s() == 0);
  plan.sharding = Sharding::zero3;
  CHECK_THAT(cost_s(), WithinRel(8e9 / 1e12));
}

TEST_CASE("Without weight gradients a zero-bubble schedule has nothing to fill its bubble with", "[lora]") {
  constexpr PipelinePace four_stages{.slowest_s = 0.5, .all_s = 2};
  auto plan = plan_of(1, 4, 1);
  plan.schedule = Schedule::zero_bubble;
  CHECK_THAT(pipeline_bubble_s(lora_job(small_gpt()), plan, four_stages), WithinRel(1.5));
}

TEST_CASE("Without weight gradients the GEMMs of a step take between two thirds of their time and all of it",
          "[lora]") {
  for (auto const& model : {small_gpt(), llama_7b()}) {
    for (auto const& plan : {plan_of(1, 1, 1), plan_of(2, 2, 4), plan_of(1, 1, 8, 4)}) {
      auto const full = estimate_step(job_of(model), plan, round_machine(), {});
      auto const lora = estimate_step(lora_job(model), plan, round_machine(), {});
      CAPTURE(model.name, to_text(plan));
      CHECK(lora.terms.compute_s > full.terms.compute_s * 2 / 3);
      CHECK(lora.terms.compute_s < full.terms.compute_s);
      CHECK(lora.terms.attention_s == full.terms.attention_s);
      // What is trained, stepped and sent shrinks to nearly nothing.
      double const trained_s = full.terms.optimizer_s + full.terms.data_parallel_exposed_s;
      CHECK(lora.terms.total_s() > (full.terms.total_s() - trained_s) * 2 / 3);
      CHECK(lora.terms.total_s() < full.terms.total_s());
      CHECK(step_s(lora_job(model, 64), plan) > lora.terms.total_s());
    }
  }
}

TEST_CASE("No plan with adapters is faster than its lower bound", "[lora]") {
  auto job = lora_job(mixture_of_eight(), 8, LoraTargets::all_linear);
  job.global_batch = 24;
  std::size_t seen = 0;
  for (auto const& plan : legal_plans(job, 8, round_machine(), {})) {
    CAPTURE(to_text(plan));
    REQUIRE(step_lower_bound_s(job, plan, round_machine(), {}) <= step_s(job, plan));
    ++seen;
  }
  CHECK(seen > 1000);
}

TEST_CASE("Pruning does not change the answer for adapters, and the search estimates as one estimate does", "[lora]") {
  auto machine = round_machine();
  machine.memory_bytes = 24.0 * (1 << 30);
  auto const job = lora_job(llama_7b(), 512, LoraTargets::all_linear);
  SearchOptions options;
  options.around = false;
  auto const pruned = search_plans(job, 16, machine, options);
  options.prune = false;
  auto const whole = search_plans(job, 16, machine, options);
  REQUIRE_FALSE(whole.plans.empty());
  REQUIRE(pruned.plans.size() == whole.plans.size());
  for (std::size_t index = 0; index < whole.plans.size(); ++index)
    CHECK(pruned.plans[index].estimate.plan == whole.plans[index].estimate.plan);
  double fastest_s = 1e300;
  std::int64_t fitting = 0;
  for (auto const& plan : legal_plans(job, 16, machine, {})) {
    auto const estimate = estimate_step(job, plan, machine, {});
    if (!estimate.memory.fits_undisturbed()) continue;
    ++fitting;
    fastest_s = std::min(fastest_s, estimate.step_time_s.median);
  }
  CHECK(whole.plans.front().estimate.step_time_s.median == fastest_s);
  CHECK(whole.estimated == fitting);
}

TEST_CASE("Where full fine-tuning does not fit, adapters are named among what does", "[lora]") {
  auto job = job_of(llama_7b(), 1024, 8);
  auto machine = round_machine();
  machine.memory_bytes = 24.0 * (1 << 30);
  machine.host_memory_bytes = 64.0 * (1 << 30);  // of 16 bytes for each of 6.7e9 parameters
  auto const offers_adapters = [&] {
    auto const ranked = search_plans(job, 1, machine, {.keep = 1});
    REQUIRE(ranked.nearest);
    return std::any_of(ranked.nearest->changes.begin(), ranked.nearest->changes.end(),
                       [](Remedy const& change) { return change.what.starts_with("LoRA of rank 8 on attention"); });
  };
  CHECK_FALSE(offers_adapters());
  job.fine_tuning = true;
  CHECK(offers_adapters());
}

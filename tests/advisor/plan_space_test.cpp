// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_space.hpp"

#include "advisor/framework_limits.hpp"
#include "advisor/plan_request.hpp"
#include "advisor/published_runs.hpp"
#include "profiles/error.hpp"
#include "profiles/system_description.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <set>
#include <string>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using hpcadvise::profiles::UsageError;

namespace {

std::set<std::string> texts(std::vector<ParallelPlan> const& plans) {
  std::set<std::string> result;
  for (auto const& plan : plans) result.insert(to_text(plan));
  return result;
}

ModelSpec small_mixture() {
  auto model = small_gpt();
  model.experts = MixtureOfExperts{4, 2, 1024};
  return model;
}

// That 12 devices fill.
Machine nodes_of_four() {
  auto machine = round_machine();
  machine.devices_per_node = 4;
  return machine;
}

std::string advice_against(TrainingJob const& job, std::int64_t device_count, Machine const& machine) {
  try {
    check_request(job, device_count, machine);
  } catch (UsageError const& error) {
    return std::string(error.what()) + " | " + error.next_step();
  }
  return {};
}

// As the space writes it: what makes no difference is left at its default.
ParallelPlan canonical(ParallelPlan plan) {
  if (plan.shard_group >= plan.data_parallel || plan.sharding != Sharding::zero3) plan.shard_group = 0;
  if (plan.recompute != Recompute::full) plan.recompute_interval = 1;
  if (plan.data_parallel * plan.context_parallel == 1) plan.sharding = Sharding::none;
  return plan;
}

}  // namespace

TEST_CASE("Divisors come in ascending order") {
  CHECK(divisors(12) == std::vector<std::int64_t>{1, 2, 3, 4, 6, 12});
  CHECK(divisors(1) == std::vector<std::int64_t>{1});
  CHECK(divisors(49) == std::vector<std::int64_t>{1, 7, 49});
}

TEST_CASE("Every plan of the space is legal, uses every device, and occurs once") {
  auto const machine = nodes_of_four();
  for (auto const& model : {small_gpt(), small_mixture()}) {
    auto const job = job_of(model, 1024, 12);
    auto const plans = legal_plans(job, 12, machine, {});
    REQUIRE_FALSE(plans.empty());
    for (auto const& plan : plans) {
      REQUIRE(plan.device_count() == 12);
      REQUIRE(plan_problem(job, plan, machine, FrameworkKind::unknown).empty());
    }
    CHECK(texts(plans).size() == plans.size());
    CHECK(plan_space(job, 12, machine, {}).plan_count() == static_cast<std::int64_t>(plans.size()));
  }
}

TEST_CASE("A pipeline may have stages of unequal length") {
  auto job = job_of(small_gpt(), 1024, 192);
  auto const layers = job.model.layer_count;
  auto const plans = legal_plans(job, 24, round_machine(), {});
  CHECK(std::any_of(plans.begin(), plans.end(),
                    [&](ParallelPlan const& plan) { return layers % plan.pipeline_parallel != 0; }));
  CHECK(std::none_of(plans.begin(), plans.end(),
                     [&](ParallelPlan const& plan) { return plan.pipeline_parallel > layers; }));
}

TEST_CASE("Experts are cut over expert parallelism and, within tensor parallelism, over their width") {
  auto const plans = legal_plans(job_of(small_mixture(), 1024, 12), 12, nodes_of_four(), {});
  std::set<std::pair<std::int64_t, std::int64_t>> cuts;
  for (auto const& plan : plans) cuts.insert({plan.expert_parallel, plan.expert_tensor_parallel});
  CHECK(cuts == std::set<std::pair<std::int64_t, std::int64_t>>{{1, 1}, {1, 2}, {1, 4}, {2, 1}, {2, 2}, {4, 1}});
}

TEST_CASE("Context parallelism gives each rank two blocks of the sequence, of at least 128 tokens") {
  CHECK(context_sizes(job_of(small_gpt(), 1024), 12) == std::vector<std::int64_t>{1, 2, 4});
  CHECK(context_sizes(job_of(small_gpt(), 100), 12) == std::vector<std::int64_t>{1});
}

TEST_CASE("Stages are interleaved where their chunks divide, with the ends as layers where only so they do") {
  auto const virtual_stages = [](std::int64_t layers, std::int64_t pipeline) {
    auto model = small_gpt();
    model.layer_count = layers;
    std::set<std::int64_t> result;
    for (auto const& plan : legal_plans(job_of(model, 1024, 8), 8, round_machine(), {}))
      if (plan.pipeline_parallel == pipeline) result.insert(plan.virtual_stages);
    return result;
  };
  CHECK(virtual_stages(8, 2) == std::set<std::int64_t>{1, 2, 4, 5});
  CHECK(virtual_stages(14, 4) == std::set<std::int64_t>{1, 2, 4});
  // 61 layers and their ends are 63 parts, with a multi-token module 64.
  CHECK(virtual_stages(61, 8) == std::set<std::int64_t>{1});
}

TEST_CASE("What a framework cannot do is not in its space") {
  auto const job = job_of(small_gpt(), 1024, 16);
  auto const count_if = [&](FrameworkKind framework, auto const& condition) {
    auto const plans = legal_plans(job, 8, round_machine(), {.framework = framework});
    return std::count_if(plans.begin(), plans.end(), condition);
  };
  auto const interleaved = [](ParallelPlan const& plan) { return plan.virtual_stages > 1; };
  auto const zero_bubble = [](ParallelPlan const& plan) { return plan.schedule == Schedule::zero_bubble; };
  CHECK(count_if(FrameworkKind::megatron_core, interleaved) > 0);
  CHECK(count_if(FrameworkKind::megatron_core, zero_bubble) == 0);
  CHECK(count_if(FrameworkKind::megatron_deepspeed, interleaved) == 0);
  CHECK(count_if(FrameworkKind::fsdp_compiled, zero_bubble) > 0);
  CHECK(count_if(FrameworkKind::maxtext, interleaved) > 0);
  CHECK(count_if(FrameworkKind::maxtext, zero_bubble) == 0);
  CHECK(count_if(FrameworkKind::unknown, zero_bubble) == 0);
  CHECK(count_if(FrameworkKind::fsdp_compiled, [](auto const& plan) { return plan.gathers_once(); }) > 0);
  CHECK(count_if(FrameworkKind::unknown, [](auto const& plan) { return plan.gathers_once(); }) == 0);
  CHECK(count_if(FrameworkKind::unknown, interleaved) > 0);
  CHECK(count_if(FrameworkKind::fsdp_eager, [](auto const& plan) { return plan.pipeline_parallel > 1; }) == 0);
  auto const cut_and_sharded = [](auto const& plan) {
    return plan.tensor_parallel > 1 && plan.sharding == Sharding::zero3;
  };
  CHECK(count_if(FrameworkKind::unknown, cut_and_sharded) > 0);
  CHECK(count_if(FrameworkKind::hugging_face, cut_and_sharded) == 0);
  CHECK(count_if(FrameworkKind::hugging_face, [](auto const& plan) { return plan.tensor_parallel > 1; }) > 0);
  CHECK(count_if(FrameworkKind::hugging_face, [](auto const& plan) { return plan.sequence_parallel; }) == 0);
  auto const ring = [](auto const& plan) {
    return plan.context_parallel > 1 && plan.context_exchange == ContextExchange::ring;
  };
  CHECK(count_if(FrameworkKind::unknown, ring) > 0);
  CHECK(count_if(FrameworkKind::hugging_face, ring) == 0);
  CHECK(count_if(FrameworkKind::hugging_face, [](auto const& plan) { return plan.context_parallel > 1; }) > 0);
}

TEST_CASE("Frameworks that checkpoint every layer or none are offered nothing between, and all plans are counted") {
  auto const job = job_of(small_gpt(), 1024, 16);
  for (auto const framework : {FrameworkKind::hugging_face, FrameworkKind::nanotron}) {
    EstimateOptions const options{.framework = framework};
    auto const plans = legal_plans(job, 8, round_machine(), options);
    std::set<std::pair<Recompute, std::int64_t>> choices;
    for (auto const& plan : plans) choices.insert({plan.recompute, plan.recompute_interval});
    CHECK(choices == std::set<std::pair<Recompute, std::int64_t>>{{Recompute::none, 1}, {Recompute::full, 1}});
    CHECK(plan_space(job, 8, round_machine(), options).plan_count() == static_cast<std::int64_t>(plans.size()));
  }
}

TEST_CASE("A multi-token module is a part of interleaved stages where there is one") {
  auto model = small_gpt();
  model.layer_count = 61;
  model.multi_token_modules = 1;
  std::set<std::int64_t> chunks;
  for (auto const& plan : legal_plans(job_of(model, 1024, 8), 8, round_machine(), {}))
    if (plan.pipeline_parallel == 8) chunks.insert(plan.virtual_stages);
  CHECK(chunks == std::set<std::int64_t>{1, 2, 4});
}

TEST_CASE("Experts are parallel in frameworks that have it alone") {
  auto const cuts_experts = [](FrameworkKind framework) {
    auto const plans = legal_plans(job_of(small_mixture(), 1024, 12), 12, nodes_of_four(), {.framework = framework});
    CHECK_FALSE(plans.empty());
    return std::ranges::any_of(plans, [](ParallelPlan const& plan) { return plan.expert_parallel > 1; });
  };
  for (auto const framework : {FrameworkKind::unknown, FrameworkKind::megatron_core, FrameworkKind::fsdp_compiled})
    CHECK(cuts_experts(framework));
  for (auto const framework : {FrameworkKind::hugging_face, FrameworkKind::fsdp_plain, FrameworkKind::pytorch})
    CHECK_FALSE(cuts_experts(framework));
}

TEST_CASE("What a framework has no switch for is named, and not offered") {
  auto const missing = [](FrameworkKind framework, std::string const& text) {
    auto const feature = missing_feature(framework_limits(framework), parallel_plan_from_text(text));
    return feature ? std::string(feature->what) : "";
  };
  using enum FrameworkKind;
  CHECK(missing(hugging_face, "pp=2") == "pipeline parallelism");
  CHECK(missing(megatron_deepspeed, "pp=2,vpp=2") == "interleaved stages");
  CHECK(missing(megatron_core, "pp=2,schedule=zero_bubble") == "a zero-bubble schedule");
  CHECK(missing(hugging_face, "tp=2,sequence_parallel=true") == "sequence parallelism");
  CHECK(missing(megatron_deepspeed, "cp=2") == "context parallelism round a ring");
  CHECK(missing(nanotron, "cp=2,context_exchange=all_to_all") == "context parallelism by all-to-all");
  CHECK(missing(fsdp_plain, "ep=2,dp=2") == "expert parallelism");
  CHECK(missing(megatron_core, "tp=2,sequence_parallel=true,pp=2,vpp=2,cp=2,dp=2,ep=2").empty());
  auto const offered = [](std::string const& text) {
    return offers(framework_limits(hugging_face), parallel_plan_from_text(text));
  };
  CHECK_FALSE(offered("pp=2"));
  CHECK_FALSE(offered("recompute=selective"));
  CHECK(offered("dp=2,recompute=full"));
}

TEST_CASE("Each framework shards as its own code does, alone, beside tensor parallelism, and in a pipeline") {
  using enum FrameworkKind;
  using enum Sharding;
  using Set = std::set<Sharding>;
  auto const job = job_of(small_gpt(), 1024, 16);
  auto const shardings = [&](FrameworkKind framework, std::int64_t tensor, std::int64_t pipeline) {
    Set result;
    for (auto const& plan : legal_plans(job, 8, round_machine(), {.framework = framework}))
      if (plan.tensor_parallel == tensor && plan.pipeline_parallel == pipeline && plan.context_parallel == 1)
        result.insert(plan.sharding);
    return result;
  };
  struct Row {
    FrameworkKind framework;
    Set alone, beside_tensors, in_pipeline;
  };
  Set const all{none, zero1, zero2, zero3};
  for (auto const& [framework, alone, beside_tensors, in_pipeline] :
       {Row{megatron_core, all, all, {none, zero1}}, Row{nemo, all, all, {none, zero1}},
        Row{megatron_legacy, {none, zero1}, {none, zero1}, {none, zero1}},
        Row{megatron_deepspeed, all, all, {none, zero1}},
        Row{internevo, {none, zero1, zero3}, {none, zero1, zero3}, {none, zero1}},
        Row{nanotron, {none, zero1}, {none, zero1}, {none, zero1}}, Row{hugging_face, all, {none, zero1, zero2}, {}},
        Row{fsdp_plain, {none, zero2, zero3}, {zero2, zero3}, {}},
        Row{fsdp_plain_compiled, {none, zero2, zero3}, {zero2, zero3}, {}},
        Row{fsdp_eager, {none, zero2, zero3}, {zero2, zero3}, {}},
        Row{llm_foundry, {none, zero2, zero3}, {zero2, zero3}, {}},
        Row{torchtitan_eager, {none, zero2, zero3}, {zero2, zero3}, {zero3}},
        Row{fsdp_compiled, {none, zero2, zero3}, {zero2, zero3}, {zero3}},
        Row{maxtext, {none, zero1, zero3}, {none, zero1, zero3}, {none, zero1, zero3}},
        Row{unknown, all, all, {none, zero1}}}) {
    INFO(to_string(framework));
    CHECK(shardings(framework, 1, 1) == alone);
    CHECK(shardings(framework, 2, 1) == beside_tensors);
    CHECK(shardings(framework, 1, 2) == in_pipeline);
    // Nobody is left to share with.
    CHECK(shardings(framework, 8, 1).contains(none));
  }
}

TEST_CASE("No framework is denied a sharding that a published run of it had") {
  for (auto const* const file :
       {"/validation/published_runs.csv", "/validation/unseen_runs.csv", "/validation/later_runs.csv"}) {
    for (auto const& row : read_runs(std::string(HPCADVISE_TEST_DATA) + file)) {
      INFO(row.id << ": " << row.reason);
      CHECK(row.reason.find("sharding=") == std::string::npos);
    }
  }
}

TEST_CASE("The space holds every published plan that divides") {
  int held = 0;
  for (auto const& row : read_runs(HPCADVISE_TEST_DATA "/validation/published_runs.csv")) {
    if (row.tier != "A" || !row.run) continue;
    auto const& [job, given, options, facts] = *row.run;
    auto const plan = canonical(given);
    auto const machine = machine_of(facts);
    if (plan.global_batch % (plan.micro_batch * plan.data_parallel) != 0 ||
        !plan_problem(job, plan, machine, FrameworkKind::unknown).empty())
      continue;
    auto const space = plan_space(job, plan.device_count(), machine, {});
    bool found = false;
    for (Family const& family : space.families) {
      ParallelPlan leaf = plan;
      apply(Cut{}, leaf);
      apply(ScheduleChoice{}, leaf);
      apply(ShardingChoice{}, leaf);
      apply(RecomputeChoice{}, leaf);
      if (!(leaf == family.plan)) continue;
      for (Cut const* const cut : family.cuts) {
        if (cut->pipeline != plan.pipeline_parallel) continue;
        auto const schedules = cut->schedules_for(plan.gradient_accumulation());
        bool const scheduled = std::any_of(schedules.begin(), schedules.end(), [&](ScheduleChoice const& choice) {
          return choice.schedule == plan.schedule && choice.virtual_stages == plan.virtual_stages;
        });
        bool const sharded =
            std::any_of(cut->shardings.begin(), cut->shardings.end(), [&](ShardingChoice const& choice) {
              return choice.sharding == plan.sharding && choice.shard_group == plan.shard_group;
            });
        found = found || (scheduled && sharded);
      }
    }
    INFO(row.id << ": " << to_text(plan));
    CHECK(found);
    ++held;
  }
  CHECK(held > 200);
}

TEST_CASE("Device counts and batches that no plan can have are refused with the nearest that work") {
  auto const job = job_of(llama_7b(), 4096, 1024);
  auto const machine = machine_from_system(hpcadvise::profiles::system_description("lumi-g"));
  CHECK(advice_against(job, 0, machine) == "0 devices: below 1 | nearest device counts that work: 1");
  CHECK(advice_against(job, -8, machine).starts_with("-8 devices: below 1"));
  CHECK(advice_against(job, 67, machine) ==
        "67 devices do not fill nodes of 8 | nearest device counts that work: 64, 72");
  CHECK(advice_against(job_of(llama_7b(), 4096, 0), 64, machine).starts_with("global batch 0: below 1"));
  CHECK(advice_against(job_of(llama_7b(), 0, 64), 64, machine).starts_with("sequence length 0: below 1"));
  CHECK(advice_against(job, 1 << 20, machine).find("lumi-g has") != std::string::npos);
  // 536 = 8 x 67: the 67 can only be data parallel, and divides neither 1000 nor the layers.
  auto const odd = advice_against(job_of(llama_7b(), 4096, 1000), 536, machine);
  CHECK(odd.find("nearest device counts that work: 520, 544") != std::string::npos);
  CHECK(odd.find("nearest global batch that works: 1005") != std::string::npos);
}

TEST_CASE("One rule says which device counts a machine has, to the search and to a plan alike") {
  auto const machine = machine_from_system(hpcadvise::profiles::system_description("lumi-g"));
  for (std::int64_t const count : {1, 5, 8, 61, 64, 1 << 20}) {
    INFO(count);
    auto const job = job_of(llama_7b(), 4096, count);
    auto const problem = device_count_problem(count, machine);
    CHECK(plan_problem(job, plan_of(1, 1, count, 1, count), machine, FrameworkKind::unknown).what == problem);
    CHECK(can_plan(job, count, machine) == problem.empty());
  }
  CHECK(device_count_problem(61, machine) == "61 devices do not fill nodes of 8");
}

TEST_CASE("The count to take instead is the nearest that the machine has, whatever the batch asked for divides") {
  // LUMI-G's 23824 = 16 x 1489 divide hardly any batch.
  auto const machine = machine_from_system(hpcadvise::profiles::system_description("lumi-g"));
  auto const most = *machine.node_count * machine.devices_per_node;
  auto const advice = advice_against(job_of(llama_7b(), 4096, 24000), 24000, machine);
  CHECK(advice.find(std::to_string(most) + " (with a global batch of ") != std::string::npos);
}

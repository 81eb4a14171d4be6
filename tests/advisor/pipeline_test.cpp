// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/pipeline.hpp"

#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <algorithm>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;

namespace {

auto const& plain = framework_traits(FrameworkKind::megatron_core);
auto const& deepspeed = framework_traits(FrameworkKind::megatron_deepspeed);

auto const job = job_of(small_gpt());

// Half a second each.
constexpr PipelinePace four_stages{.slowest_s = 0.5, .all_s = 2};

std::vector<std::int64_t> layers_of(ModelSpec const& model, std::int64_t stages, FrameworkTraits const& framework) {
  std::vector<std::int64_t> layers;
  for (auto const& stage : stage_layout(model, plan_of(1, stages, 1), framework)) layers.push_back(stage.layer_count());
  return layers;
}

}  // namespace

TEST_CASE("Layers that divide are dealt evenly, others to the first stages") {
  auto model = small_gpt();
  CHECK(layers_of(model, 4, plain) == std::vector<std::int64_t>{2, 2, 2, 2});
  model.layer_count = 11;
  CHECK(layers_of(model, 4, plain) == std::vector<std::int64_t>{3, 3, 3, 2});
}

TEST_CASE("DeepSpeed deals embedding and head like layers: BLOOM's 70 layers on 12 stages") {
  auto model = small_gpt();
  model.layer_count = 70;
  CHECK(layers_of(model, 12, deepspeed) == std::vector<std::int64_t>{5, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 5});
  CHECK(layers_of(model, 1, deepspeed) == std::vector<std::int64_t>{70});
}

TEST_CASE("Embedding and head count as layers where only so everything divides: 126 layers on 16 stages") {
  auto model = small_gpt();
  model.layer_count = 126;
  auto const layers = layers_of(model, 16, plain);
  CHECK(layers.front() == 7);
  CHECK(layers.back() == 7);
  CHECK(std::count(layers.begin(), layers.end(), 8) == 14);
}

TEST_CASE("Equal stages leave p - 1 passes of bubble, one stage none") {
  CHECK(pipeline_bubble_s(job, plan_of(1, 1, 1), {.slowest_s = 0.5, .all_s = 0.5}) == 0);
  CHECK_THAT(pipeline_bubble_s(job, plan_of(1, 4, 1), four_stages), WithinRel(1.5));
}

TEST_CASE("Interleaving v virtual stages leaves 1 / v of the bubble and sends v times as much") {
  auto const machine = round_machine();
  EstimateOptions const options;
  auto plan = plan_of(1, 4, 1);
  auto const transfer_s = [&] { return pipeline_transfer_s(CostContext{job, plan, machine, options, plain}); };
  double const once_s = transfer_s();
  plan.virtual_stages = 3;
  CHECK_THAT(pipeline_bubble_s(job, plan, four_stages), WithinRel(0.5));
  CHECK_THAT(transfer_s(), WithinRel(3 * once_s));
}

TEST_CASE("Zero-bubble leaves a third: forward + data gradients - weight gradients, each as long") {
  auto plan = plan_of(1, 4, 1);
  plan.schedule = Schedule::zero_bubble;
  CHECK_THAT(pipeline_bubble_s(job, plan, four_stages), WithinRel(0.5));
}

TEST_CASE("GPipe has the bubble of 1F1B") {
  auto plan = plan_of(1, 4, 1);
  plan.schedule = Schedule::gpipe;
  CHECK_THAT(pipeline_bubble_s(job, plan, four_stages), WithinRel(1.5));
}

TEST_CASE("The stage with the head sets the pace when layers are equal") {
  ModelCost cost;
  cost.kinds.resize(1);
  cost.kinds[0].compute = {1, 2};
  cost.head.compute = {0.1, 0.2};
  auto const pace = pipeline_pace(stage_layout(small_gpt(), plan_of(1, 2, 1), plain), cost);
  CHECK(pace.slowest == 1);
  CHECK_THAT(pace.slowest_s, WithinRel(12.3));
  CHECK_THAT(pace.all_s, WithinRel(12.0 + 12.3));
}

TEST_CASE("A stage takes what the host adds to its layers and to each micro-batch, and so does its bubble") {
  ModelCost cost;
  cost.kinds.resize(1);
  cost.kinds[0].compute = {1, 2};
  cost.kinds[0].host_s = 0.5;
  cost.fixed_s = 0.25;
  auto const pace = pipeline_pace(stage_layout(small_gpt(), plan_of(1, 2, 1), plain), cost);
  CHECK_THAT(pace.slowest_s, WithinRel(4 * 3.5 + 0.25));
  CHECK_THAT(pipeline_bubble_s(job, plan_of(1, 2, 1), pace), WithinRel(4 * 3.5 + 0.25));
}

TEST_CASE("Stages exchange one activation each way for each micro-batch, whole from DeepSpeed's every rank") {
  auto const machine = round_machine();
  EstimateOptions const options;
  auto const transfer_s = [&](ParallelPlan const& plan, FrameworkTraits const& framework) {
    return pipeline_transfer_s(CostContext{job, plan, machine, options, framework});
  };
  CHECK(transfer_s(plan_of(1, 1, 8), plain) == 0);
  // 64 micro-batches and one to drain, both ways, 2 MiB over the node's link, as far as it is exposed.
  CHECK_THAT(transfer_s(plan_of(1, 2, 1), plain),
             WithinRel(65 * 2 * machine.fitted.pipeline_exposure * 1024 * 1024 * 2 / 1e11));
  CHECK_THAT(transfer_s(plan_of(4, 2, 1), deepspeed), WithinRel(4 * transfer_s(plan_of(4, 2, 1), plain)));
}

TEST_CASE("A stage's parameters are its layers and its ends, and a tied head elsewhere is a copy") {
  ParameterParts parts{.kinds = {{100, 0}}, .embedding = 5000, .head = 5000, .tied = true};
  auto const dense = [&](Stage const& stage, std::int64_t tensor) {
    return stage_parameters(parts, stage, plan_of(tensor, 1, 1)).trained.dense;
  };
  CHECK(dense({{8}, true, true}, 1) == 800 + 5000);
  CHECK(dense({{4}, false, true}, 2) == (400 + 5000) / 2);
  CHECK(dense({{4}, false, false}, 1) == 400);
  parts.tied = false;
  CHECK(dense({{8}, true, true}, 1) == 800 + 2 * 5000);
}

TEST_CASE("Experts of a stage are cut by expert and expert-tensor parallelism, all else by tensor parallelism") {
  ParameterParts const parts{.kinds = {{100, 0}, {60, 800}}};
  auto plan = plan_of(2, 1, 8);
  plan.expert_parallel = 4;
  plan.expert_tensor_parallel = 2;
  auto const parameters = stage_parameters(parts, {{1, 2}}, plan).trained;
  CHECK(parameters.dense == (100 + 2 * 60) / 2.0);
  CHECK(parameters.experts == 2 * 800 / 8.0);
}

TEST_CASE("Tensor parallelism does not cut the narrow projections of latent attention") {
  ModelSpec model;
  model.layer_count = 2;
  model.hidden_size = 100;
  model.ffn_size = 300;
  model.head_count = 4;
  model.kv_head_count = 4;
  model.head_size = 12;
  model.latent_attention = LatentAttention{
      .query_rank = 20, .key_value_rank = 10, .plain_head_size = 8, .rotary_head_size = 4, .value_head_size = 8};
  // Up to the heads and out again, and the FFN: 20 x 48 + 10 x 64 + 32 x 100 + 2 x 300 x 100.
  double const cut = 64'800;
  // Down from the hidden state, 100 x 20 + 100 x 14, the norms of both latent vectors, two of the layer.
  double const whole = 3'400 + 30 + 200;
  auto const held = [&](std::int64_t tensor) {
    return stage_parameters(parameter_parts(model), Stage{{2}, false, false}, plan_of(tensor, 1, 1)).trained.dense;
  };
  CHECK(held(1) == 2 * (cut + whole));
  CHECK(held(2) == 2 * (cut / 2 + whole));
  CHECK(held(4) == 2 * (cut / 4 + whole));
}

TEST_CASE("A multi-token module outside of what was measured makes the whole estimate an extrapolation") {
  ModelCost cost;
  CHECK_FALSE(cost.extrapolated());
  cost.multi_token.extrapolated = true;
  CHECK(cost.extrapolated());
}

TEST_CASE("A mixture's parameters are its layers of each kind and its ends") {
  auto model = mixture_of_eight();
  model.experts->dense_first_layers = 2;
  auto const parts = parameter_parts(model);
  auto const stages = stage_layout(model, plan_of(1, 2, 1), plain);
  CHECK(stages[0].layers == std::vector<std::int64_t>{2, 2});
  CHECK(stages[1].layers == std::vector<std::int64_t>{0, 4});
  // Gate, up and down of eight experts in each of the four layers.
  CHECK(stage_parameters(parts, stages[1], plan_of(1, 2, 1)).trained.experts == 4 * 8 * 3 * 1024.0 * 512);
}

TEST_CASE("A multi-token module of a mixture brings experts, and stands on the last stage") {
  auto model = mixture_of_eight();
  model.multi_token_modules = 1;
  auto const parts = parameter_parts(model);
  auto const last = Stage{{0}, false, true};
  CHECK(stage_parameters(parts, last, plan_of(1, 2, 1)).trained.experts == 8 * 3 * 1024.0 * 512);
  CHECK(stage_parameters(parts, Stage{{0}, true, false}, plan_of(1, 2, 1)).trained.experts == 0);
}

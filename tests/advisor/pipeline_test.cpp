// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/pipeline.hpp"

#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;

namespace {

auto const& plain = framework_traits(FrameworkKind::megatron_core);
auto const& deepspeed = framework_traits(FrameworkKind::megatron_deepspeed);

std::vector<std::int64_t> layers_of(ModelSpec const& model, std::int64_t stages, FrameworkTraits const& framework) {
  std::vector<std::int64_t> layers;
  for (auto const& stage : stage_layout(model, plan_of(1, stages, 1), framework)) layers.push_back(stage.layers);
  return layers;
}

}  // namespace

TEST_CASE("Layers that divide are dealt evenly, others to the first stages") {
  auto model = small_gpt();
  CHECK(layers_of(model, 4, plain) == std::vector<std::int64_t>{2, 2, 2, 2});
  model.layer_count = 10;
  CHECK(layers_of(model, 4, plain) == std::vector<std::int64_t>{3, 3, 2, 2});
}

TEST_CASE("DeepSpeed deals embedding and head like layers: BLOOM's 70 layers on 12 stages") {
  auto model = small_gpt();
  model.layer_count = 70;
  CHECK(layers_of(model, 12, deepspeed) == std::vector<std::int64_t>{5, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 5});
  CHECK(layers_of(model, 1, deepspeed) == std::vector<std::int64_t>{70});
}

TEST_CASE("Equal stages leave p - 1 passes of bubble, one stage none") {
  StageCost const stage{{2, false, false}, 0.5};
  CHECK(pipeline_bubble_s(std::vector{stage}, 0) == 0);
  CHECK_THAT(pipeline_bubble_s(std::vector{stage, stage, stage, stage}, 0), WithinRel(1.5));
}

TEST_CASE("The stage with the head sets the pace when layers are equal") {
  BlockCost layer;
  layer.compute = {1, 2};
  BlockCost head;
  head.compute = {0.1, 0.2};
  auto const stages = stage_costs(stage_layout(small_gpt(), plan_of(1, 2, 1), plain), layer, BlockCost{}, head);
  CHECK(slowest_stage(stages) == 1);
  CHECK_THAT(stages[0].micro_batch_s, WithinRel(12.0));
  CHECK_THAT(stages[1].micro_batch_s, WithinRel(12.3));
}

TEST_CASE("Stages exchange one activation each way for each micro-batch, whole from DeepSpeed's every rank") {
  auto const job = job_of(small_gpt());
  auto const machine = round_machine();
  EstimateOptions const options;
  auto const transfer_s = [&](ParallelPlan const& plan, FrameworkTraits const& framework) {
    return pipeline_transfer_s(CostContext{job, plan, machine, options, framework});
  };
  CHECK(transfer_s(plan_of(1, 1, 8), plain) == 0);
  // 64 micro-batches and one to drain, both ways, 80 % exposed, 2 MiB over the node's link.
  CHECK_THAT(transfer_s(plan_of(1, 2, 1), plain), WithinRel(65 * 2 * 0.8 * 1024 * 1024 * 2 / 1e11));
  CHECK_THAT(transfer_s(plan_of(4, 2, 1), deepspeed), WithinRel(4 * transfer_s(plan_of(4, 2, 1), plain)));
}

TEST_CASE("A stage's parameters are its layers and its ends, and a tied head elsewhere is a copy") {
  auto model = small_gpt();
  ParameterCount const count{.embedding = 32768 * 1024.0, .lm_head = 0, .per_layer = 100};
  model.tied_embeddings = true;
  CHECK(stage_parameters(model, count, {8, true, true}, 1) == 800 + 32768 * 1024.0);
  CHECK(stage_parameters(model, count, {4, false, true}, 2) == (400 + 32768 * 1024.0) / 2);
  CHECK(stage_parameters(model, count, {4, false, false}, 1) == 400);
}

// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/data_parallel.hpp"
#include "advisor/cost/optimizer_step.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;

namespace {

auto const job = job_of(small_gpt());
auto const machine = round_machine();
constexpr FittedConstants fitted;

double exposed_s(ParallelPlan plan, Sharding sharding, FrameworkKind kind, DataParallelInput const& input) {
  plan.sharding = sharding;
  EstimateOptions const options{.framework = kind};
  return data_parallel_cost_s(CostContext{job, plan, machine, options, framework_traits(kind)}, input);
}

// A billion parameters, a second backward, two a micro-batch.
constexpr DataParallelInput input{{{}, {1e9, 0}}, 8, 2, 1};

}  // namespace

TEST_CASE("One data-parallel rank exchanges nothing") {
  for (auto const sharding : {Sharding::none, Sharding::zero1, Sharding::zero3})
    CHECK(exposed_s(plan_of(8, 1, 1), sharding, FrameworkKind::fsdp_eager, input) == 0);
}

TEST_CASE("Without overlap the whole all-reduce of fp32 gradients is exposed") {
  CHECK_THAT(exposed_s(plan_of(1, 1, 8), Sharding::none, FrameworkKind::megatron_legacy, input),
             WithinRel(4e9 * 1.75 / 1e11));
}

TEST_CASE("A hidden collective still costs a share of its own time") {
  CHECK_THAT(exposed_s(plan_of(1, 1, 8), Sharding::none, FrameworkKind::megatron_core, input),
             WithinRel(fitted.overlap_cost * 2e9 * 1.75 / 1e11));
}

TEST_CASE("Overlapping is never dearer than waiting, nor cheaper than its share, and more cover never costs more") {
  namespace model = hpcadvise::advisor;
  for (double const cost : {0.0, 0.2, 0.7, 1.0}) {
    double before_s = 1;
    for (double const cover_s : {0.0, 0.3, 0.9, 1.0, 1.5, 10.0}) {
      double const exposed = model::exposed_s(1, cover_s, cost);
      CHECK(exposed <= before_s);
      CHECK(exposed >= cost);
      before_s = exposed;
    }
    CHECK(model::exposed_s(1, 0, cost) == 1);
    CHECK_THAT(before_s, WithinRel(cost));
  }
  // Half of it covered, of which four fifths are hidden.
  CHECK_THAT(model::exposed_s(1, 0.5, 0.2), WithinRel(0.6));
}

TEST_CASE("ZeRO-3 gathers parameters twice and scatters gradients once for each micro-batch") {
  double const communication_s = (2 * 2e9 + 4e9) * 0.875 / 1e11;  // 0.07 s beside 2 s
  CHECK_THAT(exposed_s(plan_of(1, 1, 8), Sharding::zero3, FrameworkKind::fsdp_eager, input),
             WithinRel(8 * fitted.overlap_cost * communication_s));
  // Nothing to hide behind: all of it.
  CHECK_THAT(exposed_s(plan_of(1, 1, 8), Sharding::zero3, FrameworkKind::fsdp_eager, {{{}, {1e9, 0}}, 8, 0, 0}),
             WithinRel(8 * communication_s));
}

TEST_CASE("torchtitan and MaxText gather FP8 weights as one byte, embedding and head apart, unless rows have scales") {
  auto fp8 = job;
  fp8.precision = hpcadvise::profiles::Precision::fp8;
  auto plan = plan_of(1, 1, 8);
  plan.sharding = Sharding::zero3;
  // Nothing to hide behind; 8 micro-batches; a tenth of the parameters are embedding and head.
  DataParallelInput const bare{{{}, {1e9, 0}}, 8, 0, 0, 1e8};
  auto const bytes = [&](EstimateOptions const& options) {
    CostContext const context{fp8, plan, machine, options, framework_traits(options.framework)};
    return data_parallel_cost_s(context, bare) * 1e11 / 0.875 / 8;
  };
  double const gradients = 4e9;
  double const in_16_bit = 2 * 2e9 + gradients;
  double const in_8_bit = 2 * (0.9e9 + 0.1e9 * 2) + gradients;
  for (auto const kind : {FrameworkKind::fsdp_compiled, FrameworkKind::maxtext}) {
    CHECK_THAT(bytes({.framework = kind}), WithinRel(in_8_bit));
    CHECK_THAT(bytes({.framework = kind, .fp8_rowwise = true}), WithinRel(in_16_bit));
  }
  CHECK_THAT(bytes({.framework = FrameworkKind::fsdp_eager}), WithinRel(in_16_bit));
}

TEST_CASE(
    "Around a Hugging Face model DeepSpeed waits for the all-reduce of ZeRO-1 and 2, and hides what ZeRO-3 reduces") {
  auto const cost_s = [](Sharding sharding) {
    return exposed_s(plan_of(1, 1, 8), sharding, FrameworkKind::hugging_face, input);
  };
  double const share_s = 2e9 * 0.875 / 1e11;  // to reduce bf16 gradients to shards, or to gather parameters
  CHECK_THAT(cost_s(Sharding::none), WithinRel(fitted.overlap_cost * 2 * share_s));
  CHECK_THAT(cost_s(Sharding::zero1), WithinRel((2 + fitted.gather_exposure) * share_s));
  CHECK_THAT(cost_s(Sharding::zero2), WithinRel((8 * 2 + fitted.gather_exposure) * share_s));
  CHECK_THAT(cost_s(Sharding::zero3), WithinRel(8 * fitted.overlap_cost * 3 * share_s));
}

TEST_CASE("Under a pipeline ZeRO-2 and ZeRO-3 gather and reduce once a step, as ZeRO-1 does") {
  auto const once_s = exposed_s(plan_of(1, 2, 8), Sharding::zero1, FrameworkKind::fsdp_compiled, input);
  CHECK(once_s > 0);
  CHECK(exposed_s(plan_of(1, 2, 8), Sharding::zero2, FrameworkKind::fsdp_compiled, input) == once_s);
  CHECK(exposed_s(plan_of(1, 2, 8), Sharding::zero3, FrameworkKind::fsdp_compiled, input) == once_s);
}

TEST_CASE("Sharding over ranks that leave the node waits for the network") {
  CHECK(exposed_s(plan_of(8, 1, 8), Sharding::zero1, FrameworkKind::megatron_deepspeed, input) >
        5 * exposed_s(plan_of(1, 1, 8), Sharding::zero1, FrameworkKind::megatron_deepspeed, input));
}

TEST_CASE("Hybrid sharding gathers inside its group and reduces shards between groups once a step") {
  // Two nodes of eight; four micro-batches; nothing to hide behind.
  DataParallelInput const bare{{{}, {1e9, 0}}, 8, 0, 0};
  auto plan = plan_of(1, 1, 16);
  plan.shard_group = 8;
  double const in_node_s = (2 * 2e9 + 4e9) * 7 / 8 / 1e11;
  double const between_nodes_s = 4e9 / 8 / 1e10;
  CHECK_THAT(exposed_s(plan, Sharding::zero3, FrameworkKind::fsdp_eager, bare),
             WithinRel(4 * in_node_s + between_nodes_s));
  double const hybrid_s = exposed_s(plan, Sharding::zero3, FrameworkKind::fsdp_eager, bare);
  plan.shard_group = 0;
  CHECK(exposed_s(plan, Sharding::zero3, FrameworkKind::fsdp_eager, bare) > hybrid_s);
}

TEST_CASE("Megatron-DeepSpeed in bf16 reduces whole gradients: in fp32, but under ZeRO without a pipeline in bf16") {
  double const gather_s = 2e9 * 0.875 / 1e11;
  auto const reduced_bytes = [&](ParallelPlan const& plan, Sharding sharding) {
    double const exposed = exposed_s(plan, sharding, FrameworkKind::megatron_deepspeed, input);
    return (exposed - fitted.gather_exposure * gather_s) * 1e11 / 1.75;
  };
  CHECK_THAT(reduced_bytes(plan_of(1, 1, 8), Sharding::none), WithinRel(4e9));
  CHECK_THAT(reduced_bytes(plan_of(1, 1, 8), Sharding::zero1), WithinRel(2e9));
  CHECK_THAT(reduced_bytes(plan_of(1, 2, 8), Sharding::zero1), WithinRel(4e9));
  CHECK_THAT(reduced_bytes(plan_of(1, 1, 8), Sharding::zero2), WithinRel(8 * 2e9));
}

TEST_CASE("In fp16 DeepSpeed reduces 2 bytes a gradient, and without ZeRO gathers nothing") {
  auto half = job;
  half.precision = hpcadvise::profiles::Precision::fp16;
  EstimateOptions const options{.framework = FrameworkKind::megatron_deepspeed};
  auto const plan = plan_of(1, 1, 8);
  CostContext const context{half, plan, machine, options, framework_traits(options.framework)};
  CHECK_THAT(data_parallel_cost_s(context, input), WithinRel(2e9 * 1.75 / 1e11));
}

TEST_CASE("Context-parallel ranks hold the same parameters and reduce with the data-parallel ones") {
  auto plan = plan_of(1, 1, 4);
  plan.context_parallel = 2;
  for (auto const sharding : {Sharding::none, Sharding::zero1})
    CHECK_THAT(exposed_s(plan, sharding, FrameworkKind::megatron_legacy, input),
               WithinRel(exposed_s(plan_of(1, 1, 8), sharding, FrameworkKind::megatron_legacy, input)));
}

TEST_CASE("Experts are reduced among the ranks that hold the same, and not at all where each is alone") {
  DataParallelInput const experts_only{{{}, {0, 1e9}}, 8, 2, 1};
  auto plan = plan_of(1, 1, 8);
  plan.expert_parallel = 8;
  CHECK(exposed_s(plan, Sharding::none, FrameworkKind::megatron_legacy, experts_only) == 0);
  plan.expert_parallel = 4;  // two of each
  CHECK_THAT(exposed_s(plan, Sharding::none, FrameworkKind::megatron_legacy, experts_only), WithinRel(4e9 / 1e11));
}

TEST_CASE("Dense parameters and experts share what hides them") {
  auto plan = plan_of(1, 1, 8);
  plan.expert_parallel = 4;
  auto const reduced_s = [&](DeviceParameters const& parameters, double backward_s) {
    return exposed_s(plan, Sharding::none, FrameworkKind::megatron_core, {{{}, parameters}, 8, 2, backward_s});
  };
  double const dense_s = 2e9 * 1.75 / 1e11;
  double const experts_s = 2e9 / 1e11;
  CHECK_THAT(reduced_s({1e9, 1e9}, 1), WithinRel(fitted.overlap_cost * (dense_s + experts_s)));
  // As long as the dense part alone: the experts stand out.
  CHECK_THAT(reduced_s({1e9, 1e9}, dense_s), WithinRel(experts_s + fitted.overlap_cost * dense_s));
}

TEST_CASE("Adam in mixed precision moves 34 bytes a parameter, in bf16 16, and a shard moves its share") {
  CHECK(optimizer_bytes_per_parameter(job) == 34);
  // 16 bits each: the gradient twice, the weight and both moments read and written.
  auto small = job;
  small.optimizer = Optimizer::adamw_bf16;
  CHECK(optimizer_bytes_per_parameter(small) == 16);
  EstimateOptions const options;
  auto plan = plan_of(1, 1, 8);
  auto const optimizer_s = [&] {
    return optimizer_cost_s(CostContext{job, plan, machine, options, framework_traits(FrameworkKind::unknown)},
                            {1e9, 0});
  };
  CHECK_THAT(optimizer_s(), WithinRel(34e9 / 1e12));
  plan.sharding = Sharding::zero1;
  CHECK_THAT(optimizer_s(), WithinRel(34e9 / 8 / 1e12));
}

TEST_CASE("The optimizer steps an expert on every rank that alone holds it") {
  EstimateOptions const options;
  auto plan = plan_of(1, 1, 8);
  plan.sharding = Sharding::zero1;
  auto const optimizer_s = [&](std::int64_t expert_parallel, FrameworkKind kind = FrameworkKind::unknown) {
    plan.expert_parallel = expert_parallel;
    return optimizer_cost_s(CostContext{job, plan, machine, options, framework_traits(kind)}, {8e9, 8e9});
  };
  CHECK_THAT(optimizer_s(8), WithinRel(34 * (1e9 + 8e9) / 1e12));
  CHECK_THAT(optimizer_s(2), WithinRel(34 * (1e9 + 2e9) / 1e12));
  plan.sharding = Sharding::none;
  CHECK_THAT(optimizer_s(8), WithinRel(34 * 16e9 / 1e12));
  // DeepSpeed's bf16 optimizer shards without being told.
  CHECK_THAT(optimizer_s(8, FrameworkKind::megatron_deepspeed), WithinRel(34 * (1e9 + 8e9) / 1e12));
}

TEST_CASE("Where owners broadcast, every one of them takes its time under ZeRO-1, and one alone none") {
  auto const kind = FrameworkKind::internevo;
  REQUIRE(framework_traits(kind).owners_broadcast);
  auto const bytes = 1e9 * framework_traits(kind).gradient_wire_bytes;
  double const reduce_s = fitted.overlap_cost * bytes * 0.875 / 1e11;
  double const gather_s = 2e9 * 0.875 / 1e11 + 8 * fitted.owner_broadcast_s;
  CHECK_THAT(exposed_s(plan_of(1, 1, 8), Sharding::zero1, kind, input),
             WithinRel(reduce_s + fitted.gather_exposure * gather_s));
  CHECK(exposed_s(plan_of(8, 1, 1), Sharding::zero1, kind, input) == 0);
}

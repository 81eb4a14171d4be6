// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_order.hpp"

#include "advisor/plan_search.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <vector>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;

namespace {

PlanSetting setting(FrameworkKind framework = FrameworkKind::unknown) {
  static Machine const nodes_of_eight = round_machine();
  return {nodes_of_eight, framework};
}

StepEstimate estimate_of(ParallelPlan const& plan, double step_s, double weights_bytes) {
  StepEstimate result;
  result.plan = plan;
  result.step_time_s = {step_s, step_s, step_s};
  result.memory.weights_bytes = weights_bytes;
  result.memory.capacity_bytes = 100;
  return result;
}

ParallelPlan recommended_of(std::vector<StepEstimate> const& estimates) {
  RankedPlans ranked;
  rank(ranked, estimates, 2, setting());
  return ranked.plans[*ranked.recommended].estimate.plan;
}

}  // namespace

TEST_CASE("Of tied plans the simplest is recommended") {
  RankedPlans ranked;
  auto const estimate = [](std::int64_t tensor, std::int64_t data, double time_s) {
    StepEstimate result;
    result.plan = plan_of(tensor, 1, data);
    result.step_time_s = {time_s, time_s, time_s};
    result.memory.capacity_bytes = 1;
    return result;
  };
  rank(ranked, {estimate(2, 4, 1.00), estimate(1, 8, 1.04), estimate(4, 2, 1.20)}, 2, setting());
  REQUIRE(ranked.plans.size() == 2);
  CHECK(ranked.recommended == 1);
  CHECK(ranked.plans[1].estimate.plan == plan_of(1, 1, 8));
  CHECK(ranked.pareto == std::vector<std::size_t>{0, 1});
}

TEST_CASE("Of tied plans one that fills the memory gives way to one with a tenth of it free") {
  RankedPlans ranked;
  auto const estimate = [](std::int64_t tensor, std::int64_t data, double time_s, double weights_bytes) {
    StepEstimate result;
    result.plan = plan_of(tensor, 1, data);
    result.step_time_s = {time_s, time_s, time_s};
    result.memory.weights_bytes = weights_bytes;
    result.memory.capacity_bytes = 100;
    return result;
  };
  rank(ranked, {estimate(1, 8, 1.00, 95), estimate(2, 4, 1.04, 89), estimate(4, 2, 1.20, 10)}, 3, setting());
  REQUIRE(ranked.recommended);
  CHECK(ranked.plans[*ranked.recommended].estimate.plan == plan_of(2, 1, 4));
}

TEST_CASE("Of tied plans a sure one is recommended before a simpler one in doubt") {
  auto const estimate = [](ParallelPlan const& plan, double time_s) {
    StepEstimate result;
    result.plan = plan;
    result.step_time_s = {time_s, time_s, time_s};
    result.memory.capacity_bytes = 1;
    return result;
  };
  auto const sure = plan_of(2, 2, 64);
  auto unproven = plan_of(1, 1, 256);
  unproven.expert_parallel = 256;
  auto contextual = plan_of(1, 1, 128);
  contextual.context_parallel = 2;
  for (auto const& in_doubt : {unproven, contextual}) {
    RankedPlans ranked;
    rank(ranked, {estimate(in_doubt, 1.00), estimate(sure, 1.04)}, 2, setting());
    REQUIRE(ranked.recommended);
    CHECK(ranked.plans[*ranked.recommended].estimate.plan == sure);
  }
  auto extrapolated = estimate(plan_of(1, 1, 256), 1.00);
  extrapolated.flags = {"extrapolated"};
  RankedPlans ranked;
  rank(ranked, {extrapolated, estimate(sure, 1.04)}, 2, setting());
  CHECK(ranked.recommended == 1);
}

TEST_CASE("ZeRO-1 makes a plan no less simple, ZeRO-2 does") {
  auto plan = plan_of(1, 1, 8);
  CHECK(complexity(plan, setting()) == 0);
  plan.sharding = Sharding::zero1;
  CHECK(complexity(plan, setting()) == 0);
  plan.sharding = Sharding::zero2;
  CHECK(complexity(plan, setting()) == 1);
}

TEST_CASE("Selective recomputation makes a plan no less simple, full recomputation does") {
  auto plan = plan_of(1, 1, 8);
  plan.recompute = Recompute::selective;
  CHECK(complexity(plan, setting()) == 0);
  plan.recompute = Recompute::full;
  CHECK(complexity(plan, setting()) == 1);
}

TEST_CASE("Tensor parallelism over the network is a mechanism more, over linked nodes it is none") {
  CHECK(complexity(plan_of(8, 1, 8), setting()) == 1);
  CHECK(complexity(plan_of(16, 1, 4), setting()) == 2);
  auto linked = round_machine();
  linked.link_domain_devices = 72;
  CHECK(complexity(plan_of(16, 1, 4), {linked}) == 1);
}

TEST_CASE("A simpler plan gives way to a tied one that is faster and roomier, unless that is in more doubt") {
  auto const simple = plan_of(1, 1, 64);
  auto const other = plan_of(2, 2, 16);
  auto const with_simple = [&](StepEstimate const& estimate) {
    return recommended_of({estimate, estimate_of(simple, 1.04, 60)});
  };
  CHECK(with_simple(estimate_of(other, 1.00, 50)) == other);
  CHECK(with_simple(estimate_of(other, 1.00, 61)) == simple);
  CHECK(with_simple(estimate_of(other, 1.05, 50)) == simple);
  auto contextual = other;
  contextual.context_parallel = 2;
  CHECK(with_simple(estimate_of(contextual, 1.00, 50)) == simple);
}

TEST_CASE("Megatron-FSDP, which hardly any published run had, is in doubt") {
  auto plan = plan_of(1, 1, 8);
  for (auto const kind : {FrameworkKind::megatron_core, FrameworkKind::nemo, FrameworkKind::fsdp_plain}) {
    for (auto const sharding : {Sharding::none, Sharding::zero1, Sharding::zero2, Sharding::zero3}) {
      plan.sharding = sharding;
      bool const unproven = kind != FrameworkKind::fsdp_plain && sharding >= Sharding::zero2;
      CHECK(doubts(plan, setting(kind), false) == (unproven ? 1 : 0));
    }
  }
}

TEST_CASE("A tenth of the memory free is worth as much of a step as the step may be off by, and no more") {
  auto const estimate = [](std::int64_t tensor, double time_s, double weights_bytes) {
    StepEstimate result;
    result.plan = plan_of(tensor, 1, 8 / tensor);
    result.step_time_s = {time_s, time_s, time_s};
    result.memory.weights_bytes = weights_bytes;
    result.memory.capacity_bytes = 100;
    return result;
  };
  auto const recommended = [&](double roomy_s) {
    RankedPlans ranked;
    rank(ranked, {estimate(1, 1.00, 97), estimate(2, roomy_s, 60), estimate(4, 1.03 * roomy_s, 50)}, 3, setting());
    return ranked.plans[*ranked.recommended];
  };
  CHECK(recommended(1.11).estimate.plan == plan_of(2, 1, 4));
  CHECK_FALSE(recommended(1.11).tied_with_best);
  CHECK(recommended(1.13).estimate.plan == plan_of(1, 1, 8));
}

TEST_CASE("The recommended plan is kept even when faster ones fill the list") {
  RankedPlans ranked;
  std::vector<StepEstimate> estimates;
  for (std::int64_t const tensor : {2, 4, 8, 1}) {
    StepEstimate result;
    result.plan = plan_of(tensor, 1, 8 / tensor);
    double const time_s = tensor == 1 ? 1.04 : 1.0 + 0.001 * static_cast<double>(tensor);
    result.step_time_s = {time_s, time_s, time_s};
    estimates.push_back(result);
  }
  rank(ranked, estimates, 2, setting());
  REQUIRE(ranked.recommended == 1);
  CHECK(ranked.plans[1].estimate.plan == plan_of(1, 1, 8));
}

// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/offload.hpp"
#include "advisor/constants.hpp"
#include "advisor/memory_estimate.hpp"
#include "advisor/memory_verdict.hpp"
#include "advisor/plan_order.hpp"
#include "advisor/plan_search.hpp"
#include "advisor/plan_space.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <algorithm>
#include <cmath>
#include <set>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;

namespace {

constexpr EstimateOptions megatron_core{.framework = FrameworkKind::megatron_core};

ParallelPlan offloaded(ParallelPlan plan, Sharding sharding) {
  plan.sharding = sharding;
  plan.offload = Offload::optimizer;
  return plan;
}

// Of 1e9 parameters on each device, and computation that hides `hidden_s` of each micro-batch.
double cost_s(ParallelPlan const& plan, FrameworkKind framework, double hidden_s) {
  auto const job = job_of(small_gpt());
  auto const machine = round_machine();
  EstimateOptions const options{.framework = framework};
  CostContext const context{job, plan, machine, options, framework_traits(framework)};
  return offload_cost_s(context, {{{}, {1e9, 0}}, hidden_s, hidden_s});
}

bool said(RankedPlan const& plan, std::string_view start) {
  return std::any_of(plan.why.begin(), plan.why.end(),
                     [&](std::string const& line) { return line.starts_with(start); });
}

std::set<Sharding> offloaded_shardings(FrameworkKind framework, Machine const& machine = round_machine()) {
  std::set<Sharding> shardings;
  for (auto const& plan : legal_plans(job_of(small_gpt(), 1024, 8), 8, machine, {.framework = framework})) {
    if (plan.offload == Offload::none) continue;
    CHECK(plan_problem(job_of(small_gpt(), 1024, 8), plan, machine, framework).empty());
    shardings.insert(plan.sharding);
  }
  return shardings;
}

}  // namespace

TEST_CASE("An offloaded step is that of the node's processors, with gradients down and weights up") {
  auto const plan = offloaded(plan_of(1, 1, 8, 1, 16), Sharding::zero1);
  // An eighth each of 1e9 parameters, 34 bytes each, all 8 in one node; 2 bytes down and 2 up.
  double const update_s = 34e9 / constants::host_optimizer_bytes_per_s;
  double const link = host_link_bytes_per_s(round_machine());
  CHECK_THAT(cost_s(plan, FrameworkKind::unknown, 1e9), WithinRel(update_s + 1.25e8 * 4 / link));
  // Where ZeRO shards gradients they leave in each of two micro-batches, as far as nothing hides it.
  auto const zero2 = offloaded(plan_of(1, 1, 8, 1, 16), Sharding::zero2);
  CHECK_THAT(cost_s(zero2, FrameworkKind::unknown, 1e9), WithinRel(update_s + 1.25e8 * 2 / link));
  CHECK_THAT(cost_s(zero2, FrameworkKind::unknown, 0), WithinRel(update_s + 1.25e8 * (2 + 2 * 2) / link));
}

TEST_CASE("FSDP's offload copies fp32 weights to the device twice a micro-batch, beside its computation") {
  auto const plan = offloaded(plan_of(1, 1, 8, 1, 16), Sharding::zero3);
  double const update_s = 34e9 / constants::host_optimizer_bytes_per_s;
  double const link = host_link_bytes_per_s(round_machine());
  CHECK_THAT(cost_s(plan, FrameworkKind::fsdp_eager, 1e9), WithinRel(update_s));
  CHECK_THAT(cost_s(plan, FrameworkKind::fsdp_eager, 0), WithinRel(update_s + 2 * 1.25e8 * 8 / link));
}

TEST_CASE("Offload is searched where the framework has it, with what it can shard") {
  using enum Sharding;
  CHECK(offloaded_shardings(FrameworkKind::megatron_deepspeed) == std::set{zero1, zero2, zero3});
  CHECK(offloaded_shardings(FrameworkKind::hugging_face) == std::set{zero1, zero2, zero3});
  CHECK(offloaded_shardings(FrameworkKind::unknown) == std::set{zero1, zero2, zero3});
  CHECK(offloaded_shardings(FrameworkKind::megatron_core) == std::set{zero1});
  CHECK(offloaded_shardings(FrameworkKind::fsdp_eager) == std::set{zero3});
  CHECK(offloaded_shardings(FrameworkKind::fsdp_compiled) == std::set{zero3});
  CHECK(offloaded_shardings(FrameworkKind::megatron_legacy).empty());
  CHECK(offloaded_shardings(FrameworkKind::internevo).empty());
  auto host = round_machine();
  host.host_bound = false;
  CHECK(offloaded_shardings(FrameworkKind::unknown, host).empty());
}

TEST_CASE("A plan with offload that its framework does not have is refused, with what it has") {
  auto const problem = [](Sharding sharding, FrameworkKind framework) {
    return plan_problem(job_of(small_gpt()), offloaded(plan_of(1, 1, 8), sharding), round_machine(), framework).what;
  };
  CHECK(problem(Sharding::zero2, FrameworkKind::unknown).empty());
  CHECK(problem(Sharding::none, FrameworkKind::unknown) == "offload=optimizer needs sharding=zero1 to zero3");
  CHECK(problem(Sharding::zero2, FrameworkKind::megatron_core) ==
        "offload=optimizer needs sharding=zero1 in megatron-core");
  CHECK(problem(Sharding::zero1, FrameworkKind::internevo) == "offload to the host: internevo does not have it");
}

TEST_CASE("Where nothing fits on the device the host takes the optimizer, if its memory holds it") {
  auto machine = round_machine();
  machine.memory_bytes = 19.0 * (1 << 30);
  auto const job = job_of(llama_7b(), 1024, 8);
  auto const ranked = search_plans(job, 4, machine, {});
  REQUIRE(ranked.recommended);
  for (auto const& plan : ranked.plans) {
    CHECK(plan.estimate.plan.offload == Offload::optimizer);
    CHECK(said(plan, "the optimizer's state is in the host's memory: with it on the device nothing fits"));
    CHECK(std::ranges::find(plan.estimate.flags, "offload-unproven") != plan.estimate.flags.end());
  }
  auto plan = ranked.plans.front().estimate.plan;
  auto const on_host = estimate_step(job, plan, machine, {});
  plan.offload = Offload::none;
  auto const on_device = estimate_step(job, plan, machine, {});
  CHECK(on_host.terms.optimizer_s > on_device.terms.optimizer_s);
  CHECK(on_host.log_sigma > on_device.log_sigma);
  machine.host_memory_bytes = 64.0 * (1 << 30);  // of 16 bytes for each of 6.7e9 parameters
  CHECK(search_plans(job, 4, machine, {}).plans.empty());
}

TEST_CASE("A plan with offload is shown only if it leads all without by more than it is uncertain") {
  auto const estimate = [](Offload offload, double time_s) {
    StepEstimate result;
    result.plan = offload == Offload::none ? plan_of(1, 1, 8) : offloaded(plan_of(2, 1, 4), Sharding::zero1);
    result.step_time_s = {time_s, time_s, time_s};
    result.memory.capacity_bytes = 1;
    return result;
  };
  auto const machine = round_machine();
  auto const first = [&](double offloaded_s) {
    RankedPlans ranked;
    rank(ranked, {estimate(Offload::none, 1), estimate(Offload::optimizer, offloaded_s)}, 2,
         {machine, FrameworkKind::unknown});
    return ranked;
  };
  double const limit_s = std::exp(-constants::sigma_offload);
  CHECK(first(1.01 * limit_s).plans.size() == 1);
  CHECK(first(1.01 * limit_s).plans.front().estimate.plan.offload == Offload::none);
  CHECK(first(0.99 * limit_s).plans.size() == 2);
  CHECK(first(0.99 * limit_s).plans.front().estimate.plan.offload == Offload::optimizer);
  CHECK(first(0.99 * limit_s).recommended == 0);
}

TEST_CASE("Pruning finds the same plans with offload and without, over the sizes of memory where they change places") {
  bool won = false;
  bool lost = false;
  for (double const gib : {20.0, 26.0, 30.0, 34.0, 38.0, 60.0}) {
    auto machine = round_machine();
    machine.memory_bytes = gib * (1 << 30);
    auto const job = job_of(llama_7b(), 4096, 512);
    auto const pruned = search_plans(job, 4, machine, {.around = false});
    auto const whole = search_plans(job, 4, machine, {.around = false, .prune = false});
    REQUIRE(pruned.plans.size() == whole.plans.size());
    for (std::size_t index = 0; index < whole.plans.size(); ++index)
      CHECK(pruned.plans[index].estimate.plan == whole.plans[index].estimate.plan);
    REQUIRE(pruned.trade_offs.size() == whole.trade_offs.size());
    for (std::size_t index = 0; index < whole.trade_offs.size(); ++index)
      CHECK(pruned.trade_offs[index].estimate.plan == whole.trade_offs[index].estimate.plan);
    if (whole.plans.empty()) continue;
    bool const host = whole.plans.front().estimate.plan.offload == Offload::optimizer;
    won = won || (host && said(whole.plans.front(), "the optimizer's state is in the host's memory, the price"));
    lost = lost || !host;
  }
  CHECK(won);
  CHECK(lost);
}

TEST_CASE("Offloaded state of all devices of a node has to fit into its host") {
  auto machine = round_machine();
  auto plan = plan_of(1, 1, 8);
  plan.sharding = Sharding::zero1;
  auto const optimizer_bytes = estimate_memory(job_of(small_gpt()), plan, machine, megatron_core).optimizer_bytes;
  plan.offload = Offload::optimizer;
  auto const memory = [&] { return estimate_memory(job_of(small_gpt()), plan, machine, megatron_core); };
  // Of a parameter 12 bytes of state, and 4 of gradients to step on.
  double const node_bytes = 8 * optimizer_bytes * 16 / 12;
  CHECK_THAT(memory().host_bytes, WithinRel(node_bytes));
  CHECK(memory().fits());
  machine.host_memory_bytes = 0.9 * node_bytes;
  CHECK_FALSE(memory().fits());
  CHECK(memory_caveat(memory()).find("too much for a node's host") != std::string::npos);
  machine.host_memory_bytes = 1.1 * node_bytes;
  CHECK(memory().fits_undisturbed());
}

TEST_CASE("An offloaded optimizer takes no device memory, nor do gradients that are sharded, and with FSDP weights") {
  auto plan = plan_of(1, 1, 8);
  auto const memory_with = [&](Sharding sharding, Offload offload, FrameworkKind framework) {
    plan.sharding = sharding;
    plan.offload = offload;
    return estimate_memory(job_of(small_gpt()), plan, round_machine(), {.framework = framework});
  };
  auto const kind = FrameworkKind::unknown;
  for (auto const sharding : {Sharding::zero1, Sharding::zero2, Sharding::zero3}) {
    auto const device = memory_with(sharding, Offload::none, kind);
    auto const host = memory_with(sharding, Offload::optimizer, kind);
    CHECK(host.optimizer_bytes == 0);
    CHECK(host.weights_bytes == device.weights_bytes);
    CHECK(host.gradients_bytes == (sharding == Sharding::zero1 ? device.gradients_bytes : 0));
    CHECK(host.communication_bytes == device.communication_bytes);
  }
  auto const fsdp = memory_with(Sharding::zero3, Offload::optimizer, FrameworkKind::fsdp_eager);
  auto const on_device = memory_with(Sharding::zero3, Offload::none, FrameworkKind::fsdp_eager);
  CHECK(fsdp.weights_bytes == 0);
  CHECK(fsdp.communication_bytes == on_device.communication_bytes);
  CHECK_THAT(fsdp.host_bytes,
             WithinRel(8 * (on_device.weights_bytes + on_device.gradients_bytes + on_device.optimizer_bytes)));
}

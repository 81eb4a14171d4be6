// SPDX-License-Identifier: Apache-2.0
#include "advisor/step_estimate.hpp"

#include "advisor/constants.hpp"
#include "advisor/lower_bound.hpp"
#include "advisor/plan_space.hpp"
#include "profiles/system_description.hpp"
#include "tests/advisor/fixtures.hpp"

#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <algorithm>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;

namespace {

StepEstimate estimate(ParallelPlan const& plan, Machine const& machine = round_machine()) {
  return estimate_step(job_of(small_gpt()), plan, machine, {});
}

}  // namespace

TEST_CASE("A step is the sum of its terms, inside its interval") {
  auto const result = estimate(plan_of(2, 2, 4));
  double sum_s = 0;
  for (auto const& row : term_rows()) sum_s += result.terms.*row.value;
  CHECK_THAT(result.step_time_s.median, WithinRel(sum_s));
  CHECK(result.step_time_s.low < sum_s);
  CHECK(result.step_time_s.high > sum_s);
}

TEST_CASE("On one device there is neither communication nor bubble") {
  auto const terms = estimate(plan_of(1, 1, 1)).terms;
  CHECK(terms.tensor_parallel_s == 0);
  CHECK(terms.pipeline_bubble_s == 0);
  CHECK(terms.pipeline_transfer_s == 0);
  CHECK(terms.data_parallel_exposed_s == 0);
  CHECK(terms.recompute_s == 0);
}

TEST_CASE("Twice the data-parallel ranks halve the compute") {
  CHECK_THAT(estimate(plan_of(1, 1, 4)).terms.compute_s, WithinRel(2 * estimate(plan_of(1, 1, 8)).terms.compute_s));
}

TEST_CASE("The compute of a step is close to its FLOPs at the plateau") {
  auto const terms = estimate(plan_of(1, 1, 1, 8)).terms;
  double const weights = 8 * 12.0 * 1024 * 1024 + 32768.0 * 1024;
  double const ideal_s = 6 * weights * 64 * 1024 / 1e14;
  CHECK(terms.compute_s >= ideal_s);
  CHECK(terms.compute_s < 1.5 * ideal_s);
}

TEST_CASE("Full recomputation costs the forward pass again, and nothing else changes") {
  auto plan = plan_of(2, 1, 4);
  auto const kept = estimate(plan).terms;
  plan.recompute = Recompute::full;
  auto const repeated = estimate(plan).terms;
  CHECK(repeated.compute_s == kept.compute_s);
  CHECK(repeated.recompute_s > kept.compute_s / 4);
  CHECK(repeated.recompute_s < (kept.total_s()) / 2);
}

TEST_CASE("Faster links and faster memory never make a step slower") {
  auto const plan = plan_of(4, 2, 8);
  auto const base = round_machine();
  double const before_s = estimate(plan, base).step_time_s.median;
  for (auto const faster :
       {+[](Machine& machine) { machine.network.bytes_per_s_per_device *= 2; },
        +[](Machine& machine) { machine.node_link.bytes_per_s_per_device *= 2; },
        +[](Machine& machine) { machine.memory_bytes_per_s *= 2; },
        +[](Machine& machine) { machine.gemm.at(hpcadvise::profiles::Precision::bf16).plateau_flops_per_s *= 2; }}) {
    auto machine = base;
    faster(machine);
    CHECK(estimate(plan, machine).step_time_s.median < before_s);
  }
}

TEST_CASE("No estimate is below its plan's lower bound") {
  auto const job = job_of(small_gpt());
  auto machine = round_machine();
  machine.multiprocessor_count = 108;
  for (auto const kind : {FrameworkKind::unknown, FrameworkKind::megatron_deepspeed, FrameworkKind::fsdp_eager}) {
    EstimateOptions const options{.framework = kind};
    for (auto const& plan : legal_plans(job, 16, machine, options)) {
      INFO(to_text(plan));
      REQUIRE(step_lower_bound_s(job, plan, machine, options) <=
              estimate_step(job, plan, machine, options).step_time_s.median);
    }
  }
}

TEST_CASE("Tokens and FLOPs a second follow from the step time") {
  auto const result = estimate(plan_of(1, 1, 8));
  CHECK_THAT(result.tokens_per_s_per_device, WithinRel(64.0 * 1024 / 8 / result.step_time_s.median));
  CHECK_THAT(result.mfu_of_measured_plateau, WithinRel(2 * result.mfu_of_dense_peak));
  CHECK(result.mfu_of_measured_plateau < 1);
}

TEST_CASE("What cannot run or be estimated says why") {
  auto const machine = round_machine();
  auto const job = job_of(small_gpt());
  auto const problem = [&](ParallelPlan const& plan) {
    return plan_problem(job, plan, machine, FrameworkKind::unknown).what;
  };
  CHECK(problem(plan_of(2, 2, 4)).empty());
  CHECK(problem(plan_of(3, 1, 1)) == "tensor parallel 3 does not divide 16 heads");
  CHECK(problem(plan_of(1, 9, 1)) == "pipeline parallel 9 exceeds 8 layers");
  CHECK(problem(plan_of(1, 1, 3)) == "data parallel 3 does not divide the global batch 64");
  CHECK(problem(plan_of(1, 2, 8, 3)) == "micro-batch 3 does not divide the 8 sequences of a data-parallel rank");
  CHECK(problem(plan_of(1, 1, 8, 16)) == "micro-batch 16 exceeds the 8 sequences of a data-parallel rank");
  auto plan = plan_of(1, 2, 4);
  plan.sharding = Sharding::zero3;
  CHECK(problem(plan).starts_with("zero3 with a pipeline: how a framework that is not stated shards"));
  CHECK(plan_problem(job, plan, machine, FrameworkKind::fsdp_compiled).empty());
  plan = plan_of(2, 1, 4);
  plan.sharding = Sharding::zero3;
  CHECK(problem(plan).empty());
  CHECK(plan_problem(job, plan, machine, FrameworkKind::hugging_face).what ==
        "sharding=zero3 beside tensor, context or pipeline parallelism: hugging-face does not have it");
  CHECK(plan_problem(job, plan, machine, FrameworkKind::hugging_face).next_step ==
        "give one of these: sharding=none, zero1, zero2");
  CHECK(plan_problem(job, plan, machine, FrameworkKind::megatron_legacy).what ==
        "sharding=zero3: megatron-legacy does not have it");
  plan.sharding = Sharding::none;
  CHECK(plan_problem(job, plan, machine, FrameworkKind::fsdp_compiled).next_step ==
        "give one of these: sharding=zero2, zero3");
  CHECK(plan_problem(job, plan_of(8, 1, 1), machine, FrameworkKind::fsdp_compiled).empty());
  plan = plan_of(1, 1, 4);
  plan.context_parallel = 3;
  CHECK(problem(plan) == "context parallel 3 does not divide the sequence of 1024");
  plan.context_parallel = 32;
  CHECK(problem(plan).empty());
  plan.context_exchange = ContextExchange::all_to_all;
  CHECK(problem(plan) == "all-to-all context parallel 32 x tensor parallel 1 does not divide 16 key/value heads");
  plan = plan_of(1, 1, 4);
  plan.expert_parallel = 2;
  CHECK(problem(plan) == "expert parallel 2: small-gpt has no experts");
  plan = plan_of(1, 1, 4);
  plan.virtual_stages = 2;
  CHECK(problem(plan) == "2 virtual stages without a pipeline");
  plan.pipeline_parallel = 4;
  CHECK(problem(plan).empty());
  plan.schedule = Schedule::zero_bubble;
  CHECK(problem(plan) == "2 virtual stages: only 1F1B is interleaved");
}

TEST_CASE("Interleaved, Megatron takes micro-batches in rounds of the stages") {
  auto const job = job_of(small_gpt());
  auto const problem = [&](std::int64_t micro_batches, FrameworkKind framework) {
    auto plan = plan_of(1, 4, 2, 1, 2 * micro_batches);
    plan.virtual_stages = 2;
    return plan_problem(job, plan, round_machine(), framework);
  };
  for (auto const framework : {FrameworkKind::megatron_core, FrameworkKind::nemo, FrameworkKind::megatron_legacy}) {
    CHECK(problem(4, framework).empty());
    CHECK(problem(8, framework).empty());
    CHECK_FALSE(problem(1, framework).empty());
    auto const five = problem(5, framework);
    CHECK(five.what == fmt::format("2 virtual stages: {} takes micro-batches in rounds of pp=4, here they are 5",
                                   to_string(framework)));
    CHECK(five.next_step == "leave vpp out, or give a global_batch that is a multiple of 8, such as 16");
  }
  for (auto const framework : {FrameworkKind::internevo, FrameworkKind::unknown}) CHECK(problem(5, framework).empty());
}

TEST_CASE("What cannot run says what could") {
  auto const machine = machine_from_system(hpcadvise::profiles::system_description("lumi-g"));
  auto const next_step = [&](ParallelPlan const& plan) {
    return plan_problem(job_of(small_gpt()), plan, machine, FrameworkKind::unknown).next_step;
  };
  CHECK(next_step(plan_of(3, 1, 1)) == "tp can be 1, 2, 4, 8, 16");
  CHECK(next_step(plan_of(1, 9, 1)) == "pp can be up to 8");
  CHECK(next_step(plan_of(1, 1, 3)) == "the next global batch that it divides: 66");
  CHECK(next_step(plan_of(1, 1, 100'000, 1, 100'000)) == "nearest device counts that work: 23824");
}

TEST_CASE("Without a host that launches layers only the fixed cost of a micro-batch is left") {
  auto machine = round_machine();
  auto const other_s = [&] { return estimate_step(job_of(small_gpt()), plan_of(1, 1, 8), machine, {}).terms.other_s; };
  CHECK(other_s() > 8 * FittedConstants{}.micro_batch_s);
  machine.host_bound = false;
  CHECK_THAT(other_s(), WithinRel(8 * FittedConstants{}.micro_batch_s, 1e-9));
}

TEST_CASE("Attention outside of what was measured flags the step") {
  auto machine = round_machine();
  auto const flagged = [&] {
    auto const flags = estimate_step(job_of(small_gpt()), plan_of(1, 1, 8), machine, {}).flags;
    return std::find(flags.begin(), flags.end(), "extrapolated") != flags.end();
  };
  machine.attention.forward_points = {{64, 1024, true, 1e14}};
  CHECK_FALSE(flagged());
  machine.attention.forward_points = {{64, 512, true, 1e14}};
  CHECK(flagged());
}

TEST_CASE("Every mechanism of a plan has its term") {
  auto plan = plan_of(2, 2, 4);
  plan.context_parallel = 2;
  plan.expert_parallel = 4;
  plan.recompute = Recompute::full;
  plan.sharding = Sharding::zero1;
  auto const job = job_of(mixture_of_eight());
  REQUIRE(plan_problem(job, plan, round_machine(), FrameworkKind::unknown).empty());
  auto const terms = estimate_step(job, plan, round_machine(), {}).terms;
  for (auto const& row : term_rows()) {
    INFO(row.name);
    CHECK(terms.*row.value > 0);
  }
}

TEST_CASE("The gradients of every micro-batch are added up: smaller micro-batches move more") {
  auto const elementwise_s = [](std::int64_t micro_batch) {
    return estimate(plan_of(1, 1, 1, micro_batch)).terms.elementwise_s;
  };
  auto const count = count_parameters(small_gpt());
  double const parameters = count.embedding + count.lm_head + 8 * count.per_layer;
  double const once_s = framework_traits(FrameworkKind::unknown).accumulation_bytes * parameters / 1e12;
  CHECK_THAT(elementwise_s(1) - elementwise_s(2), WithinRel(32 * once_s, 1e-6));
}

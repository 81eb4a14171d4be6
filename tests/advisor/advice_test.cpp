// SPDX-License-Identifier: Apache-2.0
#include "advisor/batch_advice.hpp"
#include "advisor/batch_notes.hpp"
#include "advisor/cost_of_run.hpp"
#include "advisor/critical_batch.hpp"
#include "advisor/explain.hpp"
#include "advisor/plan_gains.hpp"
#include "profiles/system_description.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;

namespace {

bool mentions(std::vector<std::string> const& sentences, std::string const& words) {
  return std::any_of(sentences.begin(), sentences.end(),
                     [&](std::string const& sentence) { return sentence.find(words) != std::string::npos; });
}

}  // namespace

TEST_CASE("A run costs its steps, rounded up, on all its devices") {
  auto job = job_of(small_gpt(), 1000, 10);
  job.tokens = 95000;  // nine and a half steps
  auto machine = round_machine();
  machine.billing_unit = "GPU-hour";
  machine.billing_units_per_device_hour = 0.5;
  StepEstimate estimate;
  estimate.plan = plan_of(1, 1, 8, 1, 10);
  estimate.step_time_s = {3600, 1800, 7200};
  auto const cost = cost_of_run(job, estimate, machine);
  REQUIRE(cost);
  CHECK(cost->steps == 10);
  CHECK(cost->duration_s.median == 36000);
  CHECK(cost->duration_s.low == 18000);
  CHECK_THAT(cost->device_hours.median, WithinRel(80.0));
  CHECK_THAT(cost->energy_kwh->median, WithinRel(40.0));  // 500 W
  CHECK_THAT(cost->billing_units->high, WithinRel(80.0));
}

TEST_CASE("Without tokens there is no cost, without rated power no energy") {
  auto job = job_of(small_gpt());
  CHECK_FALSE(cost_of_run(job, {}, round_machine()));
  job.tokens = 1;
  auto machine = round_machine();
  machine.power_w = 0;
  StepEstimate estimate;
  CHECK_FALSE(cost_of_run(job, estimate, machine)->energy_kwh);
  CHECK_FALSE(cost_of_run(job, estimate, machine)->billing_units);
}

TEST_CASE("Kaplan's loss falls with parameters and tokens, and unlimited data leaves the parameters' part") {
  CHECK_THAT(kaplan_loss(6.4e13, 1e300), WithinRel(1.0, 1e-6));
  CHECK(kaplan_loss(1e9, 1e12) > kaplan_loss(1e10, 1e12));
  CHECK(kaplan_loss(1e9, 1e10) > kaplan_loss(1e9, 1e12));
}

TEST_CASE("The critical batch grows as the loss falls, to 210 M tokens at 1 nat") {
  CHECK_THAT(critical_batch_tokens(1.0), WithinRel(2.1e8));
  CHECK_THAT(critical_batch_tokens(2.0), WithinRel(7.74e6, 1e-3));  // 2.1e8 / 2^4.762
}

TEST_CASE("A small layer wants a larger micro-batch than a large one") {
  auto machine = round_machine();
  machine.multiprocessor_count = 108;
  machine.kernel_launch_s = 4e-6;
  auto const small = batch_advice(job_of(small_gpt(), 128), plan_of(1, 1, 8), machine, {});
  auto const large = batch_advice(job_of(llama_7b(), 4096), plan_of(1, 1, 8), machine, {});
  CHECK(small.plateau_micro_batch > large.plateau_micro_batch);
  CHECK(large.critical->global_batch > 100);
}

TEST_CASE("A pipeline needs a larger global batch than data parallelism alone") {
  auto const job = job_of(llama_7b(), 4096, 1024);
  auto const flat = batch_advice(job, plan_of(1, 1, 8, 1, 1024), round_machine(), {});
  auto const piped = batch_advice(job, plan_of(1, 8, 1, 1, 1024), round_machine(), {});
  CHECK(flat.least_global_batch <= 16);
  CHECK(piped.least_global_batch >= 32);
}

TEST_CASE("At the critical batch a run takes twice the fewest steps and twice the fewest tokens") {
  // From a batch of next to nothing, which needs the fewest tokens, and to one without end, which needs the fewest
  // steps.
  double const critical = 1e6;
  CHECK_THAT(tokens_to_same_loss(1e9, 1e-6, critical, critical), WithinRel(2e9, 1e-9));
  double const steps = tokens_to_same_loss(1e9, 1e-6, critical, critical) / critical;
  double const fewest_steps = tokens_to_same_loss(1e9, 1e-6, 1e15, critical) / 1e15;
  CHECK_THAT(steps, WithinRel(2 * fewest_steps, 1e-6));
  CHECK(tokens_to_same_loss(1e9, 4e6, 4e6, critical) == 1e9);
}

TEST_CASE("Adam's learning rate follows the root of the batch, SGD's the batch") {
  CHECK(learning_rate_factor(Optimizer::adamw, 4) == 2);
  CHECK(learning_rate_factor(Optimizer::sgd_momentum, 4) == 4);
}

TEST_CASE("A larger batch reaches the same loss in fewer steps and more tokens, and the job's own in its tokens") {
  auto job = job_of(llama_7b(), 4096, 1024);
  job.tokens = 1e11;
  auto const advice = batch_advice(job, plan_of(1, 1, 8, 1, 1024), round_machine(), {});
  REQUIRE(advice.points.size() == 7);  // 128 to 8192
  for (std::size_t index = 1; index < advice.points.size(); ++index) {
    CHECK(advice.points[index].global_batch == 2 * advice.points[index - 1].global_batch);
    CHECK(advice.points[index].cost.steps < advice.points[index - 1].cost.steps);
    CHECK(advice.points[index].cost.tokens > advice.points[index - 1].cost.tokens);
  }
  CHECK(advice.points[3].global_batch == 1024);
  CHECK(advice.points[3].cost.tokens == 1e11);
  CHECK(advice.points[3].learning_rate_factor == 1);
  // The job's own batch and the smallest: E = E_min (1 + B / B_crit)
  double const critical = advice.critical->tokens;
  CHECK_THAT(advice.points[0].cost.tokens / 1e11,
             WithinRel((1 + 128 * 4096 / critical) / (1 + 1024 * 4096 / critical)));
}

TEST_CASE("Each batch is listed with its best micro-batch, so that it gains what is said to raise the rate") {
  auto job = job_of(llama_7b(), 1024, 64);
  job.tokens = 1e12;
  auto plan = plan_of(1, 1, 64, 1, 64);
  plan.sharding = Sharding::zero3;
  auto const points = batch_advice(job, plan, round_machine(), {}).points;
  REQUIRE(points.size() == 4);
  CHECK(points[0].micro_batch == 1);  // the plan's own
  CHECK(points[1].global_batch == 128);
  CHECK(points[1].micro_batch == 2);
  auto const rate = [](BatchPoint const& point) {
    return double(point.global_batch) * point.cost.steps / point.cost.duration_s.median;
  };
  auto const gains = plan_gains(job, estimate_step(job, plan, round_machine(), {}), round_machine(), {}).gains;
  auto const larger = std::find_if(gains.begin(), gains.end(), [](PlanGain const& gain) {
    return gain.what == "a global batch of 128 with micro_batch=2";
  });
  REQUIRE(larger != gains.end());
  CHECK_THAT(rate(points[1]) / rate(points[0]), WithinRel(1 + larger->gain));
}

TEST_CASE("No batch is listed with a micro-batch that fills the memory more than the plan's verdict") {
  auto job = job_of(llama_7b(), 1024, 64);
  job.tokens = 1e12;
  auto plan = plan_of(1, 1, 64, 1, 64);
  plan.sharding = Sharding::zero3;
  auto machine = round_machine();
  machine.memory_bytes = 1.15 * estimate_memory(job, plan, machine, {}).total_bytes();
  for (auto const& point : batch_advice(job, plan, machine, {}).points) CHECK(point.micro_batch == 1);
}

TEST_CASE("No batch is listed that the plan cannot run") {
  auto job = job_of(llama_7b(), 4096, 96);
  job.tokens = 1e11;
  auto plan = plan_of(1, 4, 2, 2, 96);
  CHECK(batch_advice(job, plan, round_machine(), {}).points.front().global_batch == 12);  // 96, 48, 24, 12: not 6
  plan.virtual_stages = 2;  // rounds of four micro-batches: 48 is the smallest
  CHECK(batch_advice(job, plan, round_machine(), {}).points.front().global_batch == 48);
}

TEST_CASE("Fine-tuning gets no critical batch, and is told that none is known") {
  auto job = job_of(llama_7b(), 4096, 64);
  job.tokens = 1e9;
  job.fine_tuning = true;
  auto const advice = batch_advice(job, plan_of(1, 1, 8), round_machine(), {});
  CHECK_FALSE(advice.critical);
  CHECK(advice.points.empty());
  CHECK(mentions(advice.notes, "not known"));
  CHECK_FALSE(mentions(advice.notes, "Kaplan"));
}

TEST_CASE("A run of less than one step has no critical batch, and is told so") {
  auto job = job_of(llama_7b(), 4096, 64);
  job.tokens = 64 * 4096 - 1;
  auto const advice = batch_advice(job, plan_of(1, 1, 8, 1, 64), round_machine(), {});
  CHECK_FALSE(advice.critical);
  CHECK(advice.points.empty());
  CHECK(mentions(advice.notes, "less than one step"));
  job.tokens = 64 * 4096;
  CHECK(batch_advice(job, plan_of(1, 1, 8, 1, 64), round_machine(), {}).critical);
}

TEST_CASE("For a mixture of experts it is said that the critical batch is a law of dense models") {
  auto job = job_of(llama_7b(), 4096, 64);
  CHECK_FALSE(mentions(batch_notes(job), "dense models"));
  job.model.experts.emplace();
  CHECK(mentions(batch_notes(job), "dense models"));
}

TEST_CASE("Tensor parallelism leaves what the fast links join, a node or a wider link domain, and not before") {
  StepEstimate estimate;
  estimate.terms.elementwise_s = 1;
  auto machine = round_machine();
  machine.devices_per_node = 4;
  auto const says = [&](std::int64_t tensor_parallel, std::string const& sentence) {
    estimate.plan = plan_of(tensor_parallel, 1, 1, 1, 8);
    return mentions(explain(job_of(llama_7b(), 4096, 8), estimate, machine, {}), sentence);
  };
  CHECK_FALSE(says(4, "tensor parallelism leaves"));
  CHECK(says(8, "tensor parallelism leaves the node: its collectives run over the network"));
  machine.link_domain_devices = 72;
  CHECK_FALSE(says(8, "tensor parallelism leaves"));
  CHECK(says(128, "tensor parallelism leaves the link domain of 72 devices: its"));
}

TEST_CASE("Stages that layers do not divide into are said, with Megatron-Core's switch") {
  auto model = llama_7b();
  model.layer_count = 61;
  auto const said = [&](std::int64_t pipeline, std::int64_t virtual_stages, std::string const& sentence,
                        FrameworkKind framework = FrameworkKind::megatron_core) {
    StepEstimate estimate;
    estimate.plan = plan_of(1, pipeline, 1, 1, 64);
    estimate.plan.virtual_stages = virtual_stages;
    estimate.terms.elementwise_s = 1;
    return mentions(explain(job_of(model, 4096, 64), estimate, round_machine(), {.framework = framework}), sentence);
  };
  CHECK(said(32, 1,
             "61 layers do not divide into 32 stages: stages 29 of 2 layers, 3 of 1, by "
             "--pipeline-model-parallel-layout"));
  CHECK(said(7, 1,
             "5 of 9 layers, 2 of 8, embedding and head in place of a layer, by "
             "--account-for-embedding-in-pipeline-split --account-for-loss-in-pipeline-split"));
  CHECK(said(4, 4, "61 layers do not divide into 16 chunks"));
  CHECK(said(32, 1, "29 of 2 layers, 3 of 1", FrameworkKind::fsdp_compiled));
  CHECK_FALSE(said(32, 1, "--pipeline-model-parallel-layout", FrameworkKind::fsdp_compiled));
  model.layer_count = 64;
  CHECK_FALSE(said(32, 1, "do not divide"));
}

TEST_CASE("A framework's own words for selective recomputation are said") {
  StepEstimate estimate;
  estimate.plan = plan_of(1, 1, 8, 2, 32);
  estimate.plan.recompute = Recompute::selective;
  estimate.terms.elementwise_s = 1;
  auto job = job_of(llama_7b(), 4096, 32);
  auto const said = [&](FrameworkKind framework, std::string const& sentence) {
    return mentions(explain(job, estimate, round_machine(), {.framework = framework}), sentence);
  };
  CHECK(said(FrameworkKind::nemo, "--recompute-modules layernorm"));
  CHECK_FALSE(said(FrameworkKind::nemo, "moe_act"));
  CHECK_FALSE(said(FrameworkKind::fsdp_compiled, "--recompute-modules"));
  job.model.experts.emplace();
  CHECK(said(FrameworkKind::nemo, "--recompute-modules layernorm moe_act"));
}

TEST_CASE("Megatron-Core's switches for what shards more than the optimizer's state are said") {
  StepEstimate estimate;
  estimate.plan = plan_of(1, 1, 8, 2, 32);
  auto const job = job_of(llama_7b(), 4096, 32);
  auto const said = [&](Sharding sharding, std::string const& sentence,
                        FrameworkKind framework = FrameworkKind::megatron_core) {
    estimate.plan.sharding = sharding;
    return mentions(explain(job, estimate, round_machine(), {.framework = framework}), sentence);
  };
  std::string const strategy = "--use-megatron-fsdp --data-parallel-sharding-strategy ";
  CHECK_FALSE(said(Sharding::zero1, strategy));
  CHECK(said(Sharding::zero2, strategy + "optim_grads"));
  CHECK_FALSE(said(Sharding::zero2, strategy + "optim_grads_params"));
  CHECK(said(Sharding::zero3, strategy + "optim_grads_params"));
  CHECK(said(Sharding::zero3, strategy, FrameworkKind::nemo));
  CHECK_FALSE(said(Sharding::zero3, strategy, FrameworkKind::fsdp_plain));
  CHECK_FALSE(said(Sharding::zero3, "--num-distributed-optimizer-instances"));
  estimate.plan.shard_group = 4;
  CHECK(said(Sharding::zero3, "--num-distributed-optimizer-instances 2"));
}

TEST_CASE("The energy note says what the rated power feeds, where its source does") {
  auto job = job_of(small_gpt());
  job.tokens = 1;
  auto machine = round_machine();
  CHECK(mentions(cost_of_run(job, {}, machine)->notes, "energy: 500 W a device, its rated power; what else a node"));
  machine.power_note = "a cap for processor and GPU together";
  auto const notes = cost_of_run(job, {}, machine)->notes;
  CHECK(mentions(notes, "its rated power (a cap for processor and GPU together); what else"));
  CHECK_FALSE(mentions(notes, "hosts"));
  // Both of its descriptions say so.
  CHECK(machine_from_system(hpcadvise::profiles::system_description("jupiter-booster"))
            .power_note.starts_with("a cap for processor and GPU together"));
  CHECK(machine_from_parts(composed_machine_from_text("device=gh200-96gb,devices-per-node=4"))
            .power_note.find("processor") != std::string::npos);
}

TEST_CASE("A micro-batch on the plateau that exceeds the memory is called so") {
  auto machine = round_machine();
  machine.multiprocessor_count = 108;
  machine.kernel_launch_s = 4e-6;
  auto const job = job_of(small_gpt(), 128);
  CHECK(batch_advice(job, plan_of(1, 1, 8), machine, {}).plateau_fits);
  machine.memory_bytes = 4e9;
  CHECK_FALSE(batch_advice(job, plan_of(1, 1, 8), machine, {}).plateau_fits);
}

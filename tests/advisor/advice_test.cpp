// SPDX-License-Identifier: Apache-2.0
#include "advisor/batch_advice.hpp"
#include "advisor/cost_of_run.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;

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
  CHECK(large.critical_global_batch > 100);
}

TEST_CASE("A pipeline needs a larger global batch than data parallelism alone") {
  auto const job = job_of(llama_7b(), 4096, 1024);
  auto const flat = batch_advice(job, plan_of(1, 1, 8, 1, 1024), round_machine(), {});
  auto const piped = batch_advice(job, plan_of(1, 8, 1, 1, 1024), round_machine(), {});
  CHECK(flat.least_global_batch <= 16);
  CHECK(piped.least_global_batch >= 32);
}

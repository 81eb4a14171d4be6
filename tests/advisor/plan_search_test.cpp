// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_search.hpp"

#include "advisor/neighbours.hpp"
#include "advisor/plan_order.hpp"
#include "advisor/plan_space.hpp"
#include "profiles/error.hpp"
#include "profiles/system_description.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using hpcadvise::profiles::UsageError;

namespace {

Machine lumi() { return machine_from_system(hpcadvise::profiles::system_description("lumi-g")); }

std::string advice_against(TrainingJob const& job, std::int64_t device_count, Machine const& machine) {
  try {
    search_plans(job, device_count, machine, {});
  } catch (UsageError const& error) {
    return std::string(error.what()) + " | " + error.next_step();
  }
  return {};
}

}  // namespace

TEST_CASE("Divisors come in ascending order") {
  CHECK(divisors(12) == std::vector<std::int64_t>{1, 2, 3, 4, 6, 12});
  CHECK(divisors(1) == std::vector<std::int64_t>{1});
  CHECK(divisors(49) == std::vector<std::int64_t>{1, 7, 49});
}

TEST_CASE("Every plan of the space is legal, uses every device, and occurs once") {
  auto const job = job_of(small_gpt(), 1024, 192);
  auto const machine = round_machine();
  auto const plans = legal_plans(job, 24, machine, {});
  REQUIRE_FALSE(plans.empty());
  for (auto const& plan : plans) {
    CHECK(plan.device_count() == 24);
    CHECK(plan_problem(job, plan, machine).empty());
    CHECK(std::count(plans.begin(), plans.end(), plan) == 1);
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

TEST_CASE("Pruning does not change the answer") {
  auto const machine = lumi();
  auto const job = job_of(llama_7b(), 4096, 192);
  for (std::int64_t const device_count : {1, 8, 24, 64}) {
    for (std::size_t const keep : {1, 5, 20}) {
      INFO(device_count << " devices, keep " << keep);
      SearchOptions options;
      options.neighbours = false;
      options.keep = keep;
      auto const pruned = search_plans(job, device_count, machine, options);
      options.prune = false;
      auto const whole = search_plans(job, device_count, machine, options);
      REQUIRE(pruned.plans.size() == whole.plans.size());
      for (std::size_t index = 0; index < whole.plans.size(); ++index) {
        CHECK(pruned.plans[index].estimate.plan == whole.plans[index].estimate.plan);
        CHECK(pruned.plans[index].tied_with_best == whole.plans[index].tied_with_best);
      }
      CHECK(pruned.recommended == whole.recommended);
      CHECK(pruned.pareto == whole.pareto);
    }
  }
}

TEST_CASE("The first plan is the fastest of all that fit") {
  auto const job = job_of(llama_7b(), 4096, 64);
  auto const machine = lumi();
  auto const ranked = search_plans(job, 16, machine, {});
  for (auto const& plan : legal_plans(job, 16, machine, {})) {
    if (estimate_memory(job, plan, machine, {}).fits())
      REQUIRE(estimate_step(job, plan, machine, {}).step_time_s.median >=
              ranked.plans.front().estimate.step_time_s.median);
  }
}

TEST_CASE(
    "A 7B model on 64 GCDs of LUMI-G is feasible, within 64 GiB, at a sensible rate, and needs no tensor "
    "parallelism beyond a module") {
  auto const ranked = search_plans(job_of(llama_7b(), 4096, 1024), 64, lumi(), {});
  REQUIRE(ranked.plans.size() == 5);
  REQUIRE(ranked.recommended);
  for (auto const& plan : ranked.plans) {
    CHECK(plan.estimate.memory.total_bytes() <= 64.0 * (1 << 30));
    CHECK(plan.estimate.plan.tensor_parallel <= 2);
    CHECK_FALSE(plan.why.empty());
    // Sites report 74 to 104 TFLOP/s a GCD for such models.
    CHECK(plan.estimate.model_flops_per_s_per_device > 60e12);
    CHECK(plan.estimate.model_flops_per_s_per_device < 110e12);
  }
  CHECK(ranked.rejected.at("exceeds the device's memory") > 0);
}

TEST_CASE("Plans are ranked by time, ties marked, one layout shown once") {
  auto const ranked = search_plans(job_of(llama_7b(), 4096, 256), 32, lumi(), {});
  for (std::size_t index = 1; index < ranked.plans.size(); ++index) {
    auto const& before = ranked.plans[index - 1].estimate;
    auto const& here = ranked.plans[index].estimate;
    CHECK(before.step_time_s.median <= here.step_time_s.median);
  }
  CHECK(ranked.plans.front().tied_with_best);
  REQUIRE(ranked.recommended);
  CHECK(ranked.plans[*ranked.recommended].tied_with_best);
}

TEST_CASE("Of tied plans the simplest is recommended") {
  RankedPlans ranked;
  auto const estimate = [](std::int64_t tensor, std::int64_t data, double time_s) {
    StepEstimate result;
    result.plan = plan_of(tensor, 1, data);
    result.step_time_s = {time_s, time_s, time_s};
    result.memory.capacity_bytes = 1;
    return result;
  };
  rank(ranked, {estimate(2, 4, 1.00), estimate(1, 8, 1.04), estimate(4, 2, 1.20)}, 2);
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
  rank(ranked, {estimate(1, 8, 1.00, 95), estimate(2, 4, 1.04, 89), estimate(4, 2, 1.20, 10)}, 3);
  REQUIRE(ranked.recommended);
  CHECK(ranked.plans[*ranked.recommended].estimate.plan == plan_of(2, 1, 4));
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
  rank(ranked, estimates, 2);
  REQUIRE(ranked.recommended == 1);
  CHECK(ranked.plans[1].estimate.plan == plan_of(1, 1, 8));
}

TEST_CASE("When nothing fits the nearest plan says by how much, in which part, and what would help") {
  auto model = llama_7b();
  model.layer_count = 80;
  model.hidden_size = 8192;
  model.ffn_size = 28672;
  model.head_count = 64;
  model.kv_head_count = 8;
  auto const ranked = search_plans(job_of(model, 4096, 64), 8, lumi(), {});
  CHECK(ranked.plans.empty());
  CHECK_FALSE(ranked.recommended);
  REQUIRE(ranked.nearest);
  CHECK(ranked.nearest->over_bytes > 0);
  CHECK(ranked.nearest->part == "optimizer");
  CHECK(ranked.nearest->remedies.front() == "use 32 devices");
}

TEST_CASE("Where the machine has no more devices, the count over which ZeRO-3 would shard the state is named") {
  auto const job = job_of(llama_7b(), 1024, 64);
  auto machine = round_machine();
  machine.devices_per_node = 1;
  machine.node_count = 1;
  auto const ranked = search_plans(job, 1, machine, {});
  REQUIRE(ranked.nearest);
  auto const count = zero3_count_that_fits(job, machine, {});
  REQUIRE(count);
  CHECK(ranked.nearest->remedies.front() ==
        "more devices: ZeRO-3 would shard it over about " + std::to_string(*count) + " such devices");

  auto const fits_on = [&](std::int64_t devices) {
    auto plan = plan_of(1, 1, devices, 1, devices);
    plan.sharding = Sharding::zero3;
    plan.recompute = Recompute::full;
    return estimate_memory(job, plan, machine, {}).fits();
  };
  CHECK(fits_on(*count));
  CHECK_FALSE(fits_on(*count - 1));
  machine.devices_per_node = 8;
  CHECK(zero3_count_that_fits(job, machine, {}) == 8);
  machine.memory_bytes = 1e9;
  CHECK_FALSE(zero3_count_that_fits(job, machine, {}));
}

TEST_CASE("Device counts and batches that no plan can have are refused with the nearest that work") {
  auto const job = job_of(llama_7b(), 4096, 1024);
  auto const machine = lumi();
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

TEST_CASE("A mixture of experts is refused by name until its cost is modelled") {
  auto job = job_of(llama_7b());
  job.model.experts = MixtureOfExperts{8, 2, 14336};
  CHECK(advice_against(job, 8, lumi()).find("not modelled yet") != std::string::npos);
}

TEST_CASE("Neighbours are half and twice the devices, and a prime number of nodes is called hostile") {
  auto const ranked = search_plans(job_of(llama_7b(), 4096, 1144), 88, lumi(), {});
  REQUIRE_FALSE(ranked.neighbours.empty());
  bool warned = false;
  for (auto const& neighbour : ranked.neighbours) {
    CHECK(neighbour.device_count != 88);
    warned = warned || neighbour.why.find("few ways to divide") != std::string::npos;
  }
  CHECK(warned);
}

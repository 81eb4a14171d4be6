// SPDX-License-Identifier: Apache-2.0
#include "advisor/sensitivity.hpp"

#include "advisor/model_library.hpp"
#include "advisor/plan_space.hpp"
#include "profiles/system_description.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <algorithm>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinAbs;

namespace {

std::vector<Sensitivity> rates_of(ParallelPlan const& plan, Machine const& machine) {
  auto const job = job_of(llama_7b(), 4096, plan.global_batch);
  return sensitivities(job, estimate_step(job, plan, machine, {}), machine, {});
}

Sensitivity const* find(std::vector<Sensitivity> const& rates, std::string_view name) {
  auto const found = std::find_if(rates.begin(), rates.end(), [&](auto const& rate) { return rate.rate == name; });
  return found == rates.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("One device does not answer to the network, and its step to everything else") {
  auto const rates = rates_of(plan_of(1, 1, 1, 1, 8), round_machine());
  CHECK(find(rates, "network") == nullptr);
  CHECK(find(rates, "links in the node") == nullptr);
  REQUIRE(find(rates, "matrix multiplication"));
  double sum = 0;
  for (auto const& rate : rates) {
    CHECK(rate.step_change < 0);
    sum += rate.step_change;
  }
  // All rates 10 % up: a tenth less of a step that is all rates, less what the host adds.
  CHECK(sum > -0.1);
  CHECK(sum < -0.08);
}

TEST_CASE("Links that reach beyond the node are called those of their domain") {
  auto machine = round_machine();
  auto const plan = plan_of(8, 1, 1, 1, 8);
  CHECK(find(rates_of(plan, machine), "links in the node"));
  machine.link_domain_devices = 9 * machine.devices_per_node;
  auto const rates = rates_of(plan, machine);
  CHECK(find(rates, "links in the link domain"));
  CHECK_FALSE(find(rates, "links in the node"));
}

TEST_CASE("No plan is slower for a faster rate") {
  struct Question {
    char const* model;
    char const* system;
    std::int64_t device_count;
    std::int64_t sequence_length;
  };
  // Kimi K2 has a dense layer first and experts in the others, so that stages differ in more than their number.
  for (auto const& [model, system, device_count, sequence_length] :
       {Question{"kimi-k2", "jupiter-booster", 1024, 4096}, Question{"llama-2-7b", "lumi-g", 64, 4096},
        Question{"mixtral-8x7b", "leonardo-booster", 32, 32768}}) {
    auto const machine = machine_from_system(hpcadvise::profiles::system_description(system));
    auto const job = job_of(built_in_model(model), sequence_length, 2 * device_count);
    auto const plans = legal_plans(job, device_count, machine, {});
    REQUIRE(plans.size() > 1000);
    for (std::size_t index = 0; index < plans.size(); index += plans.size() / 400) {
      for (auto const& rate : sensitivities(job, estimate_step(job, plans[index], machine, {}), machine, {})) {
        CAPTURE(model, to_text(plans[index]), rate.rate);
        REQUIRE(rate.step_change < 0);
      }
    }
  }
}

TEST_CASE("The share of a term that a rate sets is what the step gains by it") {
  auto const job = job_of(llama_7b(), 4096, 8);
  auto const machine = round_machine();
  auto const estimate = estimate_step(job, plan_of(1, 1, 1, 1, 8), machine, {});
  auto const rates = sensitivities(job, estimate, machine, {});
  double const share = estimate.terms.attention_s / estimate.terms.total_s();
  REQUIRE(find(rates, "attention"));
  CHECK_THAT(find(rates, "attention")->step_change, WithinAbs(share * (1 / 1.1 - 1), 2e-3));
}

TEST_CASE("What no rate moves is not said") {
  CHECK(sensitivity_sentence({}).empty());
  CHECK(sensitivity_sentence({{"attention", -0.041}, {"network", -0.003}}) ==
        "sensitivity: +10 % attention: -4.1 % step; +10 % network: -0.3 % step");
}

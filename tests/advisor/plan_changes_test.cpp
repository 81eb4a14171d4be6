// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_changes.hpp"

#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;

namespace {

Remedy const* find(std::vector<Remedy> const& changes, std::string_view what) {
  auto const found =
      std::find_if(changes.begin(), changes.end(), [&](auto const& change) { return change.what == what; });
  return found == changes.end() ? nullptr : &*found;
}

std::vector<Remedy> changes_of(TrainingJob const& job, ParallelPlan const& plan,
                               Machine const& machine = round_machine(), EstimateOptions const& options = {}) {
  auto const estimate = estimate_step(job, plan, machine, options);
  REQUIRE_FALSE(estimate.memory.fits());
  return changes_that_fit(job, estimate, machine, options);
}

}  // namespace

TEST_CASE("Every change makes the plan fit, the least costly first, with its price in speed") {
  // 8 sequences of 2048 at once: activations. 12.6 + 25 + 75 GiB of state: only sharding or cutting helps that.
  auto plan = plan_of(1, 1, 8, 8, 64);
  plan.sharding = Sharding::zero3;
  auto const job = job_of(llama_7b(), 2048, 64);
  auto const changes = changes_of(job, plan);
  double const rate = estimate_step(job, plan, round_machine(), {}).tokens_per_s_per_device;
  REQUIRE(changes.size() >= 4);
  for (auto const& change : changes) {
    INFO(change.what);
    CHECK(change.estimate.memory.fits_undisturbed());
    CHECK(change.estimate.plan.device_count() == 8);
    CHECK(change.relative_rate == change.estimate.tokens_per_s_per_device / rate);
  }
  CHECK(std::is_sorted(changes.begin(), changes.end(),
                       [](auto const& left, auto const& right) { return left.relative_rate > right.relative_rate; }));
}

TEST_CASE("A change is the smallest of its kind that makes room, and is said as --plan takes it") {
  auto plan = plan_of(1, 1, 8, 8, 64);
  plan.sharding = Sharding::zero3;
  auto const job = job_of(llama_7b(), 2048, 64);
  auto const changes = changes_of(job, plan);
  auto larger = plan;
  larger.micro_batch = 4;
  bool const four_fit = estimate_memory(job, larger, round_machine(), {}).fits_undisturbed();
  CHECK(find(changes, four_fit ? "micro_batch=4" : "micro_batch=2"));
  CHECK(find(changes, "recompute=full"));
  CHECK_FALSE(find(changes, "sharding=zero3"));  // it is already
}

TEST_CASE("A framework that checkpoints every layer or none is offered every layer") {
  auto plan = plan_of(1, 1, 8, 4, 64);
  plan.sharding = Sharding::zero3;
  auto const job = job_of(llama_7b(), 2048, 64);
  for (auto const framework : {FrameworkKind::unknown, FrameworkKind::hugging_face}) {
    EstimateOptions const options{.framework = framework, .attention = AttentionKernel::unfused};  // scores to drop
    auto less = plan;
    less.recompute = Recompute::selective;
    auto machine = round_machine();
    machine.memory_bytes = estimate_memory(job, less, machine, options).total_bytes() + 1e9;
    auto const changes = changes_of(job, plan, machine, options);
    CHECK((find(changes, "recompute=selective") != nullptr) == (framework == FrameworkKind::unknown));
    CHECK((find(changes, "recompute=full") != nullptr) == (framework == FrameworkKind::hugging_face));
  }
}

TEST_CASE("Where no plan on these devices fits, the job has to change") {
  auto model = llama_7b();
  model.layer_count = 400;
  auto machine = round_machine();
  machine.host_memory_bytes = 5e11;  // of 16 bytes for each of 81e9 parameters
  auto const changes = changes_of(job_of(model, 2048, 64), plan_of(8, 1, 1), machine);
  REQUIRE_FALSE(changes.empty());
  for (auto const& change : changes) {
    INFO(change.what);
    CHECK(change.what.find("devices") != std::string::npos);
  }
}

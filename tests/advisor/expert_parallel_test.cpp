// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/expert_parallel.hpp"

#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;

namespace {

auto const job = job_of(mixture_of_eight());
auto const machine = round_machine();
double const exposure = machine.fitted.expert_parallel_exposure;

ParallelPlan experts_over(std::int64_t expert, std::int64_t tensor = 1, std::int64_t expert_tensor = 1) {
  ParallelPlan plan = plan_of(tensor, 1, 64);
  plan.expert_parallel = expert;
  plan.expert_tensor_parallel = expert_tensor;
  return plan;
}

// Dispatch and combine of a gigabyte, forward and backward.
Block block_with(int copies) {
  Block block;
  block.expert_all_to_all = {2, 2, 1e9};
  block.copies = copies;
  return block;
}

Pass cost(ParallelPlan const& plan, Block const& block) {
  EstimateOptions const options;
  return expert_parallel_cost(CostContext{job, plan, machine, options, framework_traits(FrameworkKind::unknown)},
                              block);
}

}  // namespace

TEST_CASE("Experts that every device holds exchange nothing") {
  CHECK(cost(experts_over(1), block_with(2)).total_s() == 0);
}

TEST_CASE("In a node seven of eight parts of what a device sends leave it, there and back") {
  auto const pass = cost(experts_over(8), block_with(2));
  CHECK_THAT(pass.forward_s, WithinRel(exposure * 2 * 1e9 * 7 / 8 / 1e11));
  CHECK_THAT(pass.backward_s, WithinRel(pass.forward_s));
}

TEST_CASE("Between two nodes half of what is sent crosses the network") {
  CHECK_THAT(cost(experts_over(16), block_with(1)).forward_s, WithinRel(exposure * 2 * 0.5e9 / 1e10));
}

TEST_CASE("Of two copies for the same node only one crosses the network") {
  // Two copies reach 2 (1 - 1/4) = 1.5 of two nodes in the mean: three quarters of the bytes.
  CHECK_THAT(cost(experts_over(16), block_with(2)).forward_s, WithinRel(exposure * 2 * 0.75 * 0.5e9 / 1e10));
}

TEST_CASE("Copies past the first cost less, the more there are") {
  // A gigabyte for each copy.
  auto const time_s = [&](int copies) {
    Block block = block_with(copies);
    block.expert_all_to_all.bytes *= copies;
    return cost(experts_over(64), block).forward_s;
  };
  CHECK(time_s(2) > time_s(1));
  CHECK(time_s(2) - time_s(1) < time_s(1));
  CHECK(time_s(3) - time_s(2) < time_s(2) - time_s(1));
}

TEST_CASE("Experts lie beside each other: eight of them fill a node whatever tensor parallelism cuts") {
  CHECK(cost(experts_over(8, 8), block_with(2)).forward_s == cost(experts_over(8), block_with(2)).forward_s);
  // Cut in eight parts each, one expert fills a node, and two are in two nodes.
  auto const pass = cost(experts_over(2, 8, 8), block_with(2));
  CHECK_THAT(pass.forward_s, WithinRel(exposure * 2 * 0.75 * 0.5e9 / 1e10));
}

TEST_CASE("Ranks that share an expert reduce what they gathered") {
  Block block;
  block.expert_all_reduce = {1, 1, 1e9};
  CHECK_THAT(cost(experts_over(1, 4, 4), block).forward_s, WithinRel(exposure * 1.5e9 / 1e11));
  CHECK(cost(experts_over(1, 4, 1), block).forward_s == 0);
}

// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_collector.hpp"

#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;

namespace {

ScoredPlan scored(std::int64_t tensor, double step_s, double memory_bytes) {
  auto const plan = plan_of(tensor, 1, 64 / tensor);
  return {plan, step_s, memory_bytes, 100, 0, tensor > 1 ? 1 : 0};
}

std::vector<std::int64_t> tensor_sizes(std::vector<ScoredPlan> const& plans) {
  std::vector<std::int64_t> sizes;
  sizes.reserve(plans.size());
  for (auto const& plan : plans) sizes.push_back(plan.plan.tensor_parallel);
  return sizes;
}

PlanCollector collected(std::vector<ScoredPlan> const& plans, std::size_t keep) {
  PlanCollector collector(keep);
  for (auto const& plan : plans) collector.add(plan);
  return collector;
}

}  // namespace

TEST_CASE("The leaders are the fastest variant of each of the fastest layouts, and tied plans that are simpler") {
  auto slow_variant = scored(4, 1.5, 50);
  slow_variant.plan.sharding = Sharding::zero1;
  std::vector<ScoredPlan> const plans{slow_variant, scored(4, 1.01, 50), scored(2, 1.0, 50), scored(8, 1.3, 50),
                                      scored(1, 1.04, 50)};
  CHECK(tensor_sizes(collected(plans, 2).leaders()) == std::vector<std::int64_t>{2, 4, 1});
}

TEST_CASE("A plan in doubt hides no sure one that is as complex and as roomy") {
  auto doubted = scored(2, 1.0, 50);
  doubted.doubts = 1;
  CHECK(tensor_sizes(collected({doubted, scored(4, 1.03, 50), scored(8, 1.04, 50)}, 1).leaders()) ==
        std::vector<std::int64_t>{2, 4});
}

TEST_CASE("Of plans of one complexity all to which no other is as fast and as roomy are leaders") {
  CHECK(tensor_sizes(collected({scored(2, 1.0, 60), scored(4, 1.03, 50), scored(8, 1.02, 60), scored(16, 1.01, 55),
                                scored(32, 1.04, 50)},
                               1)
                         .leaders()) == std::vector<std::int64_t>{2, 16, 4});
}

TEST_CASE("Roomy plans are leaders as far as room is worth it, others as far as ties go") {
  CHECK(tensor_sizes(collected({scored(2, 1.0, 95), scored(4, 1.15, 95), scored(1, 1.1, 95)}, 1).leaders()) ==
        std::vector<std::int64_t>{2});
  CHECK(tensor_sizes(collected({scored(2, 1.0, 95), scored(4, 1.15, 50), scored(8, 1.18, 50)}, 1).leaders()) ==
        std::vector<std::int64_t>{2, 4});
}

TEST_CASE("Nothing slower than the threshold is among leaders or front, and it is unknown before enough layouts came") {
  auto collector = collected({scored(2, 1.0, 50), scored(4, 1.5, 50)}, 3);
  CHECK(collector.threshold_s() == std::numeric_limits<double>::infinity());
  collector.add(scored(8, 1.1, 50));
  CHECK(collector.threshold_s() == 1.5);
  collector.add(scored(16, 1.2, 50));
  CHECK(collector.threshold_s() == 1.2);
  collector.add(scored(32, 1.05, 50));
  collector.add(scored(1, 1.02, 50));
  // The front reaches 20 % beyond the fastest.
  CHECK(std::abs(collector.threshold_s() - 1.2) < 1e-3);
}

TEST_CASE("The front trades time for tenths of the memory or for simplicity, and nothing for neither") {
  auto roomier = scored(2, 1.1, 35);
  auto hardly_roomier = scored(4, 1.1, 49);
  auto too_slow = scored(8, 1.25, 5);
  auto simpler = scored(1, 1.15, 50);
  CHECK(tensor_sizes(collected({scored(16, 1.0, 51), roomier, hardly_roomier, too_slow, simpler}, 1).front()) ==
        std::vector<std::int64_t>{16, 2, 1});
}

TEST_CASE("A slower plan of the front is simpler or leaves a twentieth more free, wherever a tenth ends") {
  auto const front_with = [](double memory_bytes) {
    return tensor_sizes(collected({scored(2, 1.0, 61), scored(4, 1.1, memory_bytes)}, 1).front());
  };
  CHECK(front_with(59) == std::vector<std::int64_t>{2});
  CHECK(front_with(55) == std::vector<std::int64_t>{2, 4});
  // Small steps add up.
  CHECK(tensor_sizes(collected({scored(2, 1.0, 61), scored(4, 1.05, 57), scored(8, 1.1, 49)}, 1).front()) ==
        std::vector<std::int64_t>{2, 8});
  // A tenth of the memory free is worth saying, however little that takes.
  CHECK(tensor_sizes(collected({scored(2, 1.0, 91), scored(4, 1.1, 89)}, 1).front()) ==
        std::vector<std::int64_t>{2, 4});
}

TEST_CASE("The order in which plans come does not matter") {
  std::vector<ScoredPlan> plans;
  for (std::int64_t const tensor : {1, 2, 4, 8, 16})
    for (double const step_s : {1.0, 1.02, 1.1, 1.19})
      plans.push_back(scored(tensor, step_s, 100 / static_cast<double>(tensor)));
  auto const forward = collected(plans, 3);
  std::reverse(plans.begin(), plans.end());
  auto const backward = collected(plans, 3);
  CHECK(tensor_sizes(forward.leaders()) == tensor_sizes(backward.leaders()));
  CHECK(tensor_sizes(forward.front()) == tensor_sizes(backward.front()));
  CHECK(forward.threshold_s() == backward.threshold_s());
}

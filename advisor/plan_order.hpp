// SPDX-License-Identifier: Apache-2.0
#pragma once

// From estimates to an order: fastest first, ties called ties, the simplest of them recommended.

#include "advisor/plan_search.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace hpcadvise::advisor {

// What makes two plans different ways to cut a job: tensor, pipeline, context, expert, expert-tensor and data parallel
// size, micro-batch. Plans that differ in sharding, recomputation, schedule or exchange alone are variants of one
// layout.
using LayoutKey = std::array<std::int64_t, 7>;
LayoutKey layout_of(ParallelPlan const& plan);

// Mechanisms that have to work for the plan to run: tensor, pipeline, context and expert parallelism, and this over
// more ranks than published runs have, a schedule other than plain 1F1B, sharding, copies of what is sharded,
// recomputation, offload.
int complexity(ParallelPlan const& plan);
constexpr int most_complex = 10;

// A plan with what it is judged by.
struct ScoredPlan {
  ParallelPlan plan;
  double step_s = 0;
  double memory_bytes = 0;
  double capacity_bytes = 0;
};
// Faster; at the same time simpler; then the plans' own order, so that the answer never depends on the search's.
bool faster(ScoredPlan const& left, ScoredPlan const& right);

// No published run rests on an optimizer on the host, so a plan with one is worth showing only if it is faster by more
// than that is uncertain: at most this long, next to the fastest plan without.
double leading_s(double best_on_device_s);

// Fills plans, pareto and recommended.
void rank(RankedPlans& ranked, std::vector<StepEstimate> estimates, std::size_t keep);

}  // namespace hpcadvise::advisor

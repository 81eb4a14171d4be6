// SPDX-License-Identifier: Apache-2.0
#pragma once

// From estimates to an order: fastest first, ties called ties, the surest and then simplest of them recommended.

#include "advisor/framework.hpp"
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

// What plans are run on and by, as far as that makes one simpler or surer than another.
struct PlanSetting {
  Machine const& machine;
  FrameworkKind framework = FrameworkKind::unknown;
};

// Mechanisms that have to work for the plan to run: tensor, pipeline, context and expert parallelism, tensor
// parallelism over the network, experts over more ranks than published runs have, a schedule other than plain 1F1B,
// sharding of more than the optimizer's state, copies of what is sharded, full recomputation, offload. ZeRO-1 and
// selective recomputation are none: the frameworks that have them have them as a switch.
int complexity(ParallelPlan const& plan, PlanSetting const& setting);
constexpr int most_complex = 11;

// What widens a plan's interval next to other plans of its job: context parallelism, experts over more ranks than
// published runs have, a sharding that no published run of its framework had, a rate looked up outside of what was
// measured.
int doubts(ParallelPlan const& plan, PlanSetting const& setting, bool extrapolated);
constexpr int most_doubts = 4;

// A plan with what it is judged by.
struct ScoredPlan {
  ParallelPlan plan;
  double step_s = 0;
  double memory_bytes = 0;
  double capacity_bytes = 0;
  int doubts = 0;
  int complexity = 0;
};
// Faster; at the same time simpler; then the plans' own order, so that the answer never depends on the search's.
bool faster(ScoredPlan const& left, ScoredPlan const& right);

// No published run rests on an optimizer on the host, so a plan with one is worth showing only if it is faster by more
// than that is uncertain: at most this long, next to the fastest plan without.
double leading_s(double best_on_device_s);

// Beyond the fastest plan: how far the recommended one may be, as a logarithm of time. Ties are counted from the
// fastest that leaves memory free where none tied with the fastest of all does and it costs no more than that is worth.
double farthest_log_ratio();

// Fills plans, pareto and recommended. No plan is recommended that a tied one beats in time and in memory and that is
// no surer than it.
void rank(RankedPlans& ranked, std::vector<StepEstimate> estimates, std::size_t keep, PlanSetting const& setting);

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// From estimates to an order: fastest first, ties called ties, the simplest of them recommended.

#include "advisor/plan_search.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace hpcadvise::advisor {

// What makes two plans different ways to cut a job: tensor, pipeline and data parallel size, micro-batch. Plans that
// differ in sharding, recomputation or sequence parallelism alone are variants of one layout.
using LayoutKey = std::array<std::int64_t, 4>;
LayoutKey layout_of(ParallelPlan const& plan);

// Mechanisms that have to work for the plan to run: tensor and pipeline parallelism, sharding, recomputation.
int complexity(ParallelPlan const& plan);

// Leaves less than a tenth of the memory free (constants::roomy_share). The memory model is not exact: such a plan may
// not run.
bool crowded(StepEstimate const& estimate);

// Fills plans, pareto and recommended.
void rank(RankedPlans& ranked, std::vector<StepEstimate> estimates, std::size_t keep);

}  // namespace hpcadvise::advisor

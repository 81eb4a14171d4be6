// SPDX-License-Identifier: Apache-2.0
#pragma once

// The pipeline: which stage sets the pace, how long the others leave it idle, what travels between stages.

#include "advisor/cost/block_cost.hpp"
#include "advisor/stage_layout.hpp"

#include <span>
#include <vector>

namespace hpcadvise::advisor {

struct StageCost {
  Stage stage;
  double micro_batch_s = 0;  // forward, backward, recomputation
};
std::vector<StageCost> stage_costs(std::span<Stage const> stages, BlockCost const& layer, BlockCost const& embedding,
                                   BlockCost const& head);

std::size_t slowest_stage(std::span<StageCost const> stages);

// 1F1B: a step is M passes of the slowest stage and one of every other (Narayanan et al. 2021, section 2.2.1, where
// all stages are equal and that is p - 1 passes).
double pipeline_bubble_s(std::span<StageCost const> stages, std::size_t slowest);

// Each micro-batch sends its activation forward and the gradient back.
double pipeline_transfer_s(CostContext const& context);

}  // namespace hpcadvise::advisor

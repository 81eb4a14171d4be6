// SPDX-License-Identifier: Apache-2.0
#pragma once

// The pipeline: which stage sets the pace, how long the others leave it idle, what travels between stages.

#include "advisor/cost/block_cost.hpp"
#include "advisor/stage_layout.hpp"

#include <cstddef>
#include <span>

namespace hpcadvise::advisor {

// What the stages are to a step: the slowest sets the pace, all of them are passed once.
struct PipelinePace {
  std::size_t slowest = 0;
  double slowest_s = 0;  // one micro-batch through it: forward, backward, recomputation
  double all_s = 0;      // through every stage
};
PipelinePace pipeline_pace(std::span<Stage const> stages, ModelCost const& cost);
// The same with the pace set by a given stage, the slowest or not. Precondition: it is one of them.
PipelinePace pipeline_pace(std::span<Stage const> stages, ModelCost const& cost, std::size_t pacing_stage);

// 1F1B and GPipe: a step is M passes of the slowest stage and one of every other (Narayanan et al. 2021, section 2.2.1,
// where all stages are equal and that is p - 1 passes). Interleaved: 1/v of it (2.2.2). Zero-bubble, ZB-H1: forward
// + data gradients - weight gradients in place of their sum (Qi et al. 2023, table 2), a third as each takes as long.
double pipeline_bubble_s(TrainingJob const& job, ParallelPlan const& plan, PipelinePace const& pace);

// Each micro-batch sends its activation forward and the gradient back, once for each virtual stage.
double pipeline_transfer_s(CostContext const& context);

}  // namespace hpcadvise::advisor

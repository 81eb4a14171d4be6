// SPDX-License-Identifier: Apache-2.0
#pragma once

// A step time that no estimate of a plan can be below: what is slower by it needs no estimate.

#include "advisor/cost/block_cost.hpp"
#include "advisor/model_facts.hpp"

namespace hpcadvise::advisor {

// One micro-batch through the whole model. The same for every cut into stages and for every sharding.
double model_pass_s(ModelFacts const& facts, ModelCost const& cost);

// What the context's plan adds to it by recomputation, of `cost` without any; multi-token modules are left out.
double model_recompute_s(CostContext const& context, ModelFacts const& facts, ModelCost const& cost);

// A step is at least M passes of the slowest of p stages, which is no faster than their mean: M / p passes of the
// model, B / b of them over the devices that tensor and context parallelism leave. Bubble, transfers, data-parallel
// traffic, optimizer and jitter only add. Lowered by what rounding could make of it.
double step_lower_bound_s(ParallelPlan const& plan, std::int64_t device_count, double pass_s);

// The same for one plan, below whatever a calibration may make of its estimate.
double step_lower_bound_s(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                          EstimateOptions const& options);

// M passes of a slowest stage that is known.
double paced_lower_bound_s(ParallelPlan const& plan, double slowest_s);

}  // namespace hpcadvise::advisor

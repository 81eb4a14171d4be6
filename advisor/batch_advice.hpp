// SPDX-License-Identifier: Apache-2.0
#pragma once

// Batch sizes: what the devices need, what statistics allow, and what lies between costs.

#include "advisor/cost_of_run.hpp"
#include "advisor/step_estimate.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hpcadvise::advisor {

// The whole run with another global batch, to the loss that the job's own reaches: the same plan with the fastest
// micro-batch that fills the memory no more than the plan's verdict on it allows.
struct BatchPoint {
  std::int64_t global_batch = 1;    // sequences
  std::int64_t micro_batch = 1;     // with the job's own batch the plan's own
  double learning_rate_factor = 1;  // over the job's own
  RunCost cost;
};

struct CriticalBatch {
  double tokens = 0;              // a step this large needs twice the fewest steps and twice the fewest tokens
  std::int64_t global_batch = 1;  // the same in sequences
};

struct BatchAdvice {
  std::int64_t plateau_micro_batch = 1;   // the smallest within 5 % of the best rate of one layer, memory aside
  bool plateau_fits = true;               // in memory, with this plan
  std::int64_t least_global_batch = 1;    // sequences: the smallest within 10 % of the plan's rate at a large batch
  std::optional<CriticalBatch> critical;  // of pre-training only
  std::vector<BatchPoint> points;         // smallest first, the job's own among them; none without job.tokens
  std::vector<std::string> notes;         // what rests on which source, and that it is a rule of thumb
};

BatchAdvice batch_advice(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                         EstimateOptions const& options);

}  // namespace hpcadvise::advisor

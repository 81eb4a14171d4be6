// SPDX-License-Identifier: Apache-2.0
#pragma once

// Batch sizes: what the devices need, and what statistics allow.

#include "advisor/step_estimate.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hpcadvise::advisor {

struct BatchAdvice {
  std::int64_t plateau_micro_batch = 1;    // the smallest within 5 % of the best rate of one layer, memory aside
  std::int64_t least_global_batch = 1;     // sequences: the smallest within 10 % of the plan's rate at a large batch
  double critical_batch_tokens = 0;        // a step this large needs twice the fewest steps and twice the fewest tokens
  std::int64_t critical_global_batch = 1;  // the same in sequences
  std::vector<std::string> notes;          // what rests on which source, and that it is a rule of thumb
};

BatchAdvice batch_advice(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                         EstimateOptions const& options);

// Loss in nats a token of a transformer with `parameters` (embeddings left out) trained on `tokens`: Kaplan et al.
// 2020 (arXiv 2001.08361), equation 1.5 with its table 2.
double kaplan_loss(double parameters, double tokens);

// Critical batch in tokens at that loss: Kaplan et al. 2020, equation 1.4; what it means: McCandlish et al. 2018
// (arXiv 1812.06162), equation 2.11.
double critical_batch_tokens(double loss);

}  // namespace hpcadvise::advisor

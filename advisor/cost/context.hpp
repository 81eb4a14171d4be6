// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every cost term is a function of, and the two passes that most of them fill.

#include "advisor/framework.hpp"
#include "advisor/step_estimate.hpp"

namespace hpcadvise::advisor {

struct CostContext {
  TrainingJob const& job;
  ParallelPlan const& plan;
  Machine const& machine;
  EstimateOptions const& options;
  FrameworkTraits const& framework;

  // Micro-batches a pipeline runs in a step. Not whole where a framework cuts its last micro-batch short.
  double micro_batches() const {
    return static_cast<double>(plan.global_batch) / static_cast<double>(plan.micro_batch * plan.data_parallel);
  }
  // FP8 training does everything but its linear layers in 16 bit.
  profiles::Precision activation_precision() const {
    return job.precision == profiles::Precision::fp8 ? profiles::Precision::bf16 : job.precision;
  }
};

// Time of one micro-batch through something.
struct Pass {
  double forward_s = 0;
  double backward_s = 0;

  double total_s() const { return forward_s + backward_s; }
};

}  // namespace hpcadvise::advisor

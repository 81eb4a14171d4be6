// SPDX-License-Identifier: Apache-2.0
#pragma once

// A step time that no estimate of the plan can be below: cheap, so that most plans need no estimate.

#include "advisor/step_estimate.hpp"

namespace hpcadvise::advisor {

// The GEMMs, repeated ones included, at the plateau on perfectly balanced stages, and the bubble of such a pipeline.
// Stages that differ are never faster: M t_slowest + sum of the others >= (M - 1 + p) t_mean.
double step_lower_bound_s(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                          EstimateOptions const& options);

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// What would make a given plan fit that does not.

#include "advisor/remedies.hpp"

#include <vector>

namespace hpcadvise::advisor {

// Of each part of the plan (what is recomputed, micro-batch, sharding, the sizes of its groups, offload) the smallest
// change with which it fits, as `--plan` takes it, and the best of all plans on these devices; where none of them fits,
// changes of the job. The least costly first. Precondition: the plan is legal (see plan_problem).
std::vector<Remedy> changes_that_fit(TrainingJob const& job, StepEstimate const& too_large, Machine const& machine,
                                     EstimateOptions const& options);

}  // namespace hpcadvise::advisor

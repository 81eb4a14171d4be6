// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sentences about an estimate: what it consists of and what binds. What would help: plan_gains.hpp.

#include "advisor/step_estimate.hpp"

#include <string>
#include <vector>

namespace hpcadvise::advisor {

std::vector<std::string> explain(TrainingJob const& job, StepEstimate const& estimate, Machine const& machine,
                                 EstimateOptions const& options);

}  // namespace hpcadvise::advisor

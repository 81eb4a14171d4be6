// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "advisor/step_estimate.hpp"

#include <string>

namespace hpcadvise::advisor {

// Which measurement would narrow the estimate's interval most and to what, as a sentence, and the best one that needs
// no run of the plan where that narrows it as well. Empty where nothing would by a fifth.
std::string next_measurement(TrainingJob const& job, StepEstimate const& estimate, Machine const& machine,
                             EstimateOptions const& options);

}  // namespace hpcadvise::advisor

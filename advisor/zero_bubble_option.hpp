// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a schedule that few frameworks have would give a plan.

#include "advisor/step_estimate.hpp"

#include <string>

namespace hpcadvise::advisor {

// A sentence, where the framework is not stated and the zero-bubble schedule fits and shortens the step; else empty.
std::string zero_bubble_option(TrainingJob const& job, StepEstimate const& estimate, Machine const& machine,
                               EstimateOptions const& options);

}  // namespace hpcadvise::advisor

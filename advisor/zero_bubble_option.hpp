// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a schedule that few frameworks have would give a plan.

#include "advisor/step_estimate.hpp"

#include <string>

namespace hpcadvise::advisor {

// A sentence, where the framework is not stated: of those that have the zero-bubble schedule the ones that can run the
// plan with it, in memory no fuller than this verdict, and are faster with it, both than this estimate and than
// themselves without it. Else empty.
std::string zero_bubble_option(TrainingJob const& job, StepEstimate const& estimate, Machine const& machine,
                               EstimateOptions const& options);

}  // namespace hpcadvise::advisor

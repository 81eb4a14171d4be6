// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "advisor/plan_search.hpp"

#include <string>

namespace hpcadvise::advisor {

// What the optimizer's state in host memory would give where the devices' memory slows the best plan down: a sentence,
// or empty where that is little. Such plans are not proposed while anything fits without, for no host link was
// measured.
std::string offload_option(TrainingJob const& job, StepEstimate const& best, Machine const& machine,
                           SearchOptions const& options);

}  // namespace hpcadvise::advisor

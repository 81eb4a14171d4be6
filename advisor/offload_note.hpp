// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "advisor/step_estimate.hpp"

#include <optional>
#include <string>

namespace hpcadvise::advisor {

// Why a plan has the optimizer on the host, next to the fastest with it on the device, if one fits: a sentence.
std::string offload_note(StepEstimate const& estimate, std::optional<StepEstimate> const& on_device);

}  // namespace hpcadvise::advisor

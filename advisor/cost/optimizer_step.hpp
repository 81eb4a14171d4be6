// SPDX-License-Identifier: Apache-2.0
#pragma once

// The optimizer: bytes of state over memory bandwidth, on the share that this device owns.

#include "advisor/cost/context.hpp"
#include "advisor/stage_layout.hpp"

namespace hpcadvise::advisor {

// Bytes read and written for one parameter: gradient norm, gradient, master copy, moments, low-precision copy.
double optimizer_bytes_per_parameter(TrainingJob const& job);

// Those whose state this device holds, of `parameters` on it before sharding.
double owned_parameters(CostContext const& context, DeviceParameters const& parameters);

double optimizer_cost_s(CostContext const& context, DeviceParameters const& parameters);

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// The optimizer's state in host memory: it comes to the device for the step and goes back, both ways at once.

#include "advisor/cost/context.hpp"
#include "advisor/stage_layout.hpp"

namespace hpcadvise::advisor {

// What one device's share of `parameters` costs beyond the optimizer itself; nothing without offload.
double offload_cost_s(CostContext const& context, DeviceParameters const& parameters);

// Of one device, one way.
double host_link_bytes_per_s(Machine const& machine);

}  // namespace hpcadvise::advisor

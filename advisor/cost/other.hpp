// SPDX-License-Identifier: Apache-2.0
#pragma once

// What no operator explains: a host that launches too slowly, a fixed cost of each micro-batch, jitter.

#include "advisor/cost/block_cost.hpp"

namespace hpcadvise::advisor {

// What the host adds to one layer of one micro-batch: the fourth-power mean of device time and host time, less the
// device time. Nothing where the device is slow, all of the host's time where it is fast.
double host_bound_s(Machine const& machine, BlockCost const& layer);

// `step_s` is everything else.
double jitter_s(CostContext const& context, double step_s);

}  // namespace hpcadvise::advisor

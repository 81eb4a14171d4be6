// SPDX-License-Identifier: Apache-2.0
#pragma once

// What no operator explains: a host that launches too slowly, a fixed cost of each micro-batch, jitter.

#include "advisor/cost/block_cost.hpp"

namespace hpcadvise::advisor {

// What the host adds to one layer of one micro-batch: the root of both times' squares, less the device time. Little
// where the device is slow, most of the host's time where it is fast.
double host_bound_s(CostContext const& context, BlockCost const& layer, bool experts);

// `step_s` is everything else.
double jitter_s(CostContext const& context, double step_s);

}  // namespace hpcadvise::advisor

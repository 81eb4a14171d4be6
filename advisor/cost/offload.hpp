// SPDX-License-Identifier: Apache-2.0
#pragma once

// The optimizer on the host: its processors update the state that lives there, and gradients and weights travel over
// the host link.

#include "advisor/cost/context.hpp"
#include "advisor/stage_layout.hpp"

namespace hpcadvise::advisor {

struct OffloadInput {
  StageParameters parameters;
  double micro_batch_s = 0;  // its stage, forward and backward
  double micro_batch_backward_s = 0;
};

// In place of the optimizer on the device; nothing without offload. What travels in every micro-batch (gradients that
// ZeRO-2 and 3 shard; with FSDP those and the weights, before forward and before backward) is exposed beyond the
// computation it runs beside; the last copy of the weights, and gradients that travel once, in full. All devices of a
// node share its processors.
double offload_cost_s(CostContext const& context, OffloadInput const& input);

// Of one device, one way.
double host_link_bytes_per_s(Machine const& machine);

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the device of a plan may be expected to do before anything was measured, for sharing out the budget: a GPU where
// the plan is for one, else the host. Nothing of it reaches a profile.

#include "probes/probe.hpp"

#include <cstdint>

namespace hpcadvise::probes {

// A tuned GEMM: of a GPU half of the peak, and of one whose peak is unknown that of a small one.
double expected_flops_per_s(PlanContext const& context, profiles::Precision precision);

// The memory's sustained rate.
double expected_memory_bytes_per_s(PlanContext const& context);

// What a sample may allocate: a quarter of the memory.
std::int64_t memory_to_use_bytes(PlanContext const& context);

// Making inputs, and bringing what a call of a GPU read and wrote to the host, where the checks are.
double input_overhead_s(PlanContext const& context, double set_bytes);

// Bounds of the physics guard; 0 where none is known.
double peak_flops_per_s(PlanContext const& context, profiles::Precision precision);
double peak_memory_bytes_per_s(PlanContext const& context);

}  // namespace hpcadvise::probes

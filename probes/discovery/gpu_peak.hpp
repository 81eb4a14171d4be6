// SPDX-License-Identifier: Apache-2.0
#pragma once

// Upper bounds from what a multiprocessor can issue in a cycle: for the physics guard, not for efficiency figures.

#include "profiles/gpu_spec.hpp"

#include <map>

namespace hpcadvise::probes {

// Dense, by the matrix units where a format has them. Empty for an architecture that is not in the table, or a clock
// that is not known.
std::map<profiles::Precision, profiles::PeakRate> peak_rates(profiles::GpuSpec const& gpu);

}  // namespace hpcadvise::probes

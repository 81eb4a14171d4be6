// SPDX-License-Identifier: Apache-2.0
#pragma once

// The GEMM of the plateau for half a minute: what is left of its rate when the device is warm, and the energy it takes.
//
// Parameters: m, n, k, precision. Provider: the vendor's, else "kokkos".

#include "probes/probe.hpp"

namespace hpcadvise::probes {

std::vector<Candidate> sustained_candidates(PlanContext const& context);

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#pragma once

// The overhead of starting an empty kernel.
//
// Parameters: kind ("parallel_for", "team"). Provider: "kokkos".

#include "probes/probe.hpp"

namespace hpcadvise::probes {

std::vector<Candidate> launch_candidates(PlanContext const& context);

}  // namespace hpcadvise::probes

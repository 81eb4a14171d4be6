// SPDX-License-Identifier: Apache-2.0
#pragma once

// The overhead of starting a kernel: an empty one, and each of a chain of small ones.
//
// Parameters: kind ("parallel_for", "team"; "chain" and "graph" with count, the kernels of a chain). Provider:
// "kokkos".

#include "probes/probe.hpp"

namespace hpcadvise::probes {

std::vector<Candidate> launch_candidates(PlanContext const& context);

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#pragma once

// MPI collectives inside this node, against message size.
//
// Parameters: operation ("all_reduce", "all_gather", "reduce_scatter", "all_to_all", "point_to_point"), message_bytes,
// rank_count, placement ("node"). Provider: "mpi".

#include "probes/probe.hpp"

namespace hpcadvise::probes {

// Empty below two ranks. Whether the runner was built with MPI is not asked: that is a reason to skip, not to forget.
std::vector<Candidate> collective_candidates(PlanContext const& context);

}  // namespace hpcadvise::probes

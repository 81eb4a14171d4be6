// SPDX-License-Identifier: Apache-2.0
#pragma once

// Collectives inside this node, against message size: by MPI between its cores, or between its GPUs by the vendor's
// library and by MPI where it takes buffers of devices.
//
// Parameters: operation ("all_reduce", "all_gather", "reduce_scatter", "all_to_all", "point_to_point"), message_bytes,
// rank_count, placement ("node"). Providers: "mpi"; of GPUs "nccl", "rccl", "mpi_device".

#include "probes/probe.hpp"

namespace hpcadvise::probes {

// Empty without layouts of ranks, and for GPUs without a provider for them. Whether the runner was built with MPI is
// not asked: that is a reason to skip, not to forget.
std::vector<Candidate> collective_candidates(PlanContext const& context);

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#pragma once

// Collectives against message size: by MPI between cores, or between GPUs by the vendor's library and by MPI where it
// takes buffers of devices; inside a module, inside this node, and between the nodes of an allocation.
//
// Parameters: operation ("all_reduce", "all_gather", "reduce_scatter", "all_to_all", "point_to_point"), message_bytes,
// rank_count, placement ("module", "node", "nodes"), of "nodes" ranks_a_node. Providers: "mpi"; of GPUs "nccl", "rccl",
// "mpi_device".

#include "probes/probe.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace hpcadvise::probes {

// The layouts of ranks take turns. Empty without any, and for GPUs without a provider for them. Whether the runner was
// built with MPI is not asked: that is a reason to skip, not to forget.
std::vector<Candidate> collective_candidates(PlanContext const& context);

// operation, message_bytes, rank_count, placement, ranks_a_node.
profiles::Parameters collective_parameters(Ranks const& ranks, std::string_view operation, std::int64_t message_bytes);

// A layout of one rank a node, beside one of all ranks of the same nodes.
bool is_part_of_others(PlanContext const& context, Ranks const& ranks);

// "16.0 MiB"; between nodes, where all ranks and one a node take part in turn, "16.0 MiB, 4 a node".
std::string collective_shape_text(profiles::Parameters const& parameters);

}  // namespace hpcadvise::probes

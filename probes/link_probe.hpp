// SPDX-License-Identifier: Apache-2.0
#pragma once

// How fast a GPU's memory is reached from elsewhere in its node: from the host's memory near it and far from it, and
// from the other GPUs: one row of the matrix of peers.
//
// Parameters: direction ("host_to_device", "device_to_host", "both_ways", "device_to_device"), message_bytes; between
// host and device memory ("pinned", "pageable") and numa_node, between devices peer. Provider: "runtime".

#include "probes/probe.hpp"

namespace hpcadvise::probes {

// Empty for a host: there is no link.
std::vector<Candidate> link_candidates(PlanContext const& context);

}  // namespace hpcadvise::probes

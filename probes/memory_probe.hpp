// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sustained bandwidth of each level of memory.
//
// Parameters: kernel ("read", "write", "copy", "triad", "strided"), working_set_bytes (all arrays together),
// level ("L1", "L2", "L3", "DRAM": the level that the working set is meant to live in). Provider: "kokkos".

#include "probes/probe.hpp"

namespace hpcadvise::probes {

// The level's working set. A cache: half of what the allowed cores reach, if that is at least twice the level below; of
// a GPU the last cache, as its L2. DRAM, a GPU's own memory too: four times the largest cache, as STREAM asks
// (McCalpin, "STREAM benchmark: run rules"); beyond 1 GiB twice is enough, where in-order streams find nothing of the
// round before. Nothing where that does not fit: no such cache, or not memory enough.
std::optional<std::int64_t> working_set_bytes(PlanContext const& context, std::string_view level);

std::vector<Candidate> memory_candidates(PlanContext const& context);

}  // namespace hpcadvise::probes

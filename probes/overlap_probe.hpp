// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/probe.hpp"

#include <string>

namespace hpcadvise::probes {

// Matrix multiplications beside collectives of all ranks: the collectives that data parallelism hides under a backward
// pass, long messages first. Between GPUs by NCCL or RCCL, whose calls return before their work is done.
std::vector<Candidate> overlap_candidates(PlanContext const& context);

// "256 MiB n=8192": of the message, and of the n x n x n multiplication.
std::string overlap_shape_text(profiles::Parameters const& parameters);

}  // namespace hpcadvise::probes

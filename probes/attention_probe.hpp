// SPDX-License-Identifier: Apache-2.0
#pragma once

// Fused attention, forward and backward, causal and full, with grouped queries.
//
// Parameters: batch, query_heads, kv_heads, query_length, key_length, head_size, causal,
// direction ("forward", "backward"), precision ("fp32"; on a GPU "bf16"). Provider: "kokkos".

#include "probes/probe.hpp"

namespace hpcadvise::probes {

// "b2 h32/8 s4096 d128": sequences, query and key heads, length, head size; one number of heads where they agree.
std::string attention_shape_text(profiles::Parameters const& parameters);

std::vector<Candidate> attention_candidates(PlanContext const& context);

}  // namespace hpcadvise::probes

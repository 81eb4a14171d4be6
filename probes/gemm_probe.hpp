// SPDX-License-Identifier: Apache-2.0
#pragma once

// C = op(A) op(B) over the shapes of transformers, by each provider.
//
// Parameters: m, n, k, precision ("fp32", "fp64"), a_transposed, b_transposed.
// Providers: "kokkos" and the vendor's BLAS by its name.

#include "probes/probe.hpp"

namespace hpcadvise::probes {

// "8192x28672x4096": m, n, k; and which operands are transposed: "1024x1024x1024 B^T".
std::string gemm_shape_text(profiles::Parameters const& parameters);

std::vector<Candidate> gemm_candidates(PlanContext const& context);

// What a framework multiplies with: the vendor's library, which also draws that power; without one "kokkos".
std::string frameworks_gemm_provider(PlanContext const& context, profiles::Precision precision);

}  // namespace hpcadvise::probes

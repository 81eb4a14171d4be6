// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/runner/context.hpp"

namespace hpcadvise::probes::runner {

// overlap: the parameters of collective; of gemm m, n, k and precision; gemm_provider. The timing is that of the pair
// whose multiplications take longer (probes/overlap.hpp). Ratios: hidden_share, hidden_gemm_share, gemm_slowdown,
// collective_slowdown; rates of both alone: gemm_flops_per_s, bus_bytes_per_s. An error where the one is not done
// before sixteen times as much of the other.
void measure_overlap(SampleRequest const& request, Context const& context, profiles::Sample& sample);

}  // namespace hpcadvise::probes::runner

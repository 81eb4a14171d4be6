// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/runner/context.hpp"

namespace hpcadvise::probes::runner {

// sustained: m, n, k, precision. Rates: those of gemm, first_second_flops_per_s and last_second_flops_per_s, and
// flops_per_j where energy is counted. It ends when its time does, not when it is sure.
void measure_sustained(SampleRequest const& request, Context const& context, profiles::Sample& sample);

}  // namespace hpcadvise::probes::runner

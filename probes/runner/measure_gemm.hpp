// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/runner/context.hpp"

namespace hpcadvise::probes::runner {

// gemm: m, n, k, precision, a_transposed, b_transposed. Rates: flops_per_s, bytes_per_s (compulsory traffic).
void measure_gemm(SampleRequest const& request, Context const& context, profiles::Sample& sample);

}  // namespace hpcadvise::probes::runner

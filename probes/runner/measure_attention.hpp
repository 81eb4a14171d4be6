// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/runner/context.hpp"

namespace hpcadvise::probes::runner {

// attention: batch, query_heads, kv_heads, query_length, key_length, head_size, causal, direction, precision.
// Rates: flops_per_s (needed pairs only), bytes_per_s (compulsory traffic). Backward alone is timed for "backward".
void measure_attention(SampleRequest const& request, Context const& context, profiles::Sample& sample);

}  // namespace hpcadvise::probes::runner

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/runner/context.hpp"

namespace hpcadvise::probes::runner {

// memory: kernel, working_set_bytes (all arrays and threads together), level. Rate: bytes_per_s, as STREAM counts. A
// call passes over a small working set as often as makes its launch negligible.
void measure_memory(SampleRequest const& request, Context const& context, profiles::Sample& sample);

}  // namespace hpcadvise::probes::runner

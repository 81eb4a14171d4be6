// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/runner/context.hpp"

namespace hpcadvise::probes::runner {

// collective: operation, message_bytes, rank_count, placement. Rates: algorithm_bytes_per_s, bus_bytes_per_s. A message
// that the ranks cannot share out evenly is cut to the next length below; work_bytes is what was moved.
void measure_collective(SampleRequest const& request, Context const& context, profiles::Sample& sample);

}  // namespace hpcadvise::probes::runner

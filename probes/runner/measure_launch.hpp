// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/runner/context.hpp"

namespace hpcadvise::probes::runner {

// launch: kind (parallel_for, team). No rate: the time of an empty kernel with one iteration, or one team, for each
// thread, fence included. It has no answer to check.
void measure_launch(SampleRequest const& request, Context const& context, profiles::Sample& sample);

}  // namespace hpcadvise::probes::runner

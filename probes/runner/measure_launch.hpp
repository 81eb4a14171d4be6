// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/runner/context.hpp"

namespace hpcadvise::probes::runner {

// launch: kind (parallel_for, team; chain and graph with count). No rate but the time: of an empty kernel with one
// iteration, or one team, for each thread, fence included; or of each of `count` kernels that add one to what the one
// before wrote, launched one by one or as a graph, and one fence. An empty kernel has no answer to check.
void measure_launch(SampleRequest const& request, Context const& context, profiles::Sample& sample);

}  // namespace hpcadvise::probes::runner

// SPDX-License-Identifier: Apache-2.0
#pragma once

// From requests to samples.

#include "probes/protocol.hpp"
#include "probes/runner/context.hpp"

#include <functional>

namespace hpcadvise::probes::runner {

// Never throws for what goes wrong with the sample: that is its status and reason.
profiles::Sample take_sample(SampleRequest const& request, Context const& context);

// Start and sample for each request in the plan's order, then done. On ranks other than the first, `emit` does nothing.
void run_plan(SamplePlan const& plan, Context const& context, std::function<void(Event const&)> const& emit);

}  // namespace hpcadvise::probes::runner

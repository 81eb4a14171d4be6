// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/runner/context.hpp"

namespace hpcadvise::probes::runner {

// link: direction, message_bytes; between host and device memory (pinned, pageable) and numa_node, between devices
// peer; ordinal, where another device than the measured one is at this end. Rate: bytes_per_s, of both ways together
// where both are used. In a runner for the host all are copies in its memory.
void measure_link(SampleRequest const& request, Context const& context, profiles::Sample& sample);

}  // namespace hpcadvise::probes::runner

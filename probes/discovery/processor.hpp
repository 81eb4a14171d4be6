// SPDX-License-Identifier: Apache-2.0
#pragma once

// The processor's name, its vector instructions, its highest clock and who virtualizes it.

#include "probes/discovery/roots.hpp"
#include "profiles/host_spec.hpp"

namespace hpcadvise::probes {

// Fills cpu_model, simd, max_clock_hz and hypervisor.
void add_processor(DiscoveryRoots const& roots, profiles::HostSpec& host);

}  // namespace hpcadvise::probes

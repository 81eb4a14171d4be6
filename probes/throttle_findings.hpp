// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the readings of a GPU's sensors say of the samples beside them: docs/measuring.md lists the readings.

#include "profiles/machine_profile.hpp"

#include <vector>

namespace hpcadvise::probes {

// A clock this much below the highest is named.
inline constexpr double clock_drop_share = 0.10;

// `throttled`: samples that ended on a device that held itself back, with the reasons that it gave. `clock_drop`:
// samples that ended well below the highest clock without one.
std::vector<profiles::Finding> throttle_findings(profiles::MachineProfile const& profile);

}  // namespace hpcadvise::probes

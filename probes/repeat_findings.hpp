// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a profile's intervals cannot know of how its samples repeat in another start of the runner.

#include "profiles/machine_profile.hpp"

#include <vector>

namespace hpcadvise::probes {

// "not_repeated": of the samples that have a second pass, those that one start measured alone, and what their intervals
// cover instead.
std::vector<profiles::Finding> repeat_findings(profiles::MachineProfile const& profile);

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a rate changes while a device works on and on.

#include "profiles/machine_profile.hpp"

#include <optional>
#include <vector>

namespace hpcadvise::probes {

// Of the readings of one timing, each window summarized on its own.
struct FirstAndLast {
  profiles::Timing first;
  profiles::Timing last;
};
// Each of at least `window_s` and six readings, enough for an interval. Nothing where they would meet.
std::optional<FirstAndLast> first_and_last(profiles::Timing const& timing, double window_s = 1);

// `slows_under_load`: the last second of `sustained` is slower than the first by more than 3 % beyond both intervals.
std::vector<profiles::Finding> load_findings(profiles::MachineProfile const& profile);

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#pragma once

// Samples that are not sure enough, and what keeps them from it.

#include "profiles/machine_profile.hpp"

#include <cstdint>
#include <vector>

namespace hpcadvise::probes {

// Half an interval's width above which a sample is one of those.
inline constexpr double wide_half_width = 0.02;

// Of the samples with a timing, those whose interval is within +-2 %. Fewer than 6 readings are no interval.
std::int64_t narrow_count(profiles::MachineProfile const& profile);

// "wide_intervals": the others, by probe, and by what: too few readings, the spread of the readings within one start of
// the runner, or what the interval was widened by.
std::vector<profiles::Finding> wide_intervals(profiles::MachineProfile const& profile);

}  // namespace hpcadvise::probes

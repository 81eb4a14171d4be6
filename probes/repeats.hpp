// SPDX-License-Identifier: Apache-2.0
#pragma once

// A second pass, by a new runner with new ranks: what one start of a process cannot see of how well a sample repeats.

#include "probes/sample_request.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace hpcadvise::probes {

// What the first pass knows about a sample that it measured.
struct Measured {
  SampleRequest request;
  std::size_t place = 0;  // in the profile
  double wall_s = 0;      // check, inputs and readings
  double readings_s = 0;  // of that, its Timing::total_s
};

struct Repeat {
  std::size_t place = 0;  // in the profile
  profiles::Timing timing;
};

// Whether a probe's samples have a second pass, and take what it says of their intervals.
bool is_repeated(std::string_view probe);

// The samples that fit into `left_s` once more, starts of the runner included, in their order and each with the same
// share of the time it took, which may shrink to a third. The last, least valuable, are left out first; ids are places
// in the new plan. Empty when nothing fits.
SamplePlan repeat_plan(std::vector<Measured> const& measured, double left_s);

// Pools the readings of both passes and lets each interval cover both. No interval stays narrower than the repeats of
// the probe's samples say: half of what 19 of 20 of them differ by, around the median. Probes with fewer than three
// repeats take what all repeats together say; where there are none at all, `drift` (the sentinel's, relative) stands
// for it.
void cover_repeats(std::vector<profiles::Sample>& samples, std::vector<Repeat> const& repeats, double drift);

}  // namespace hpcadvise::probes

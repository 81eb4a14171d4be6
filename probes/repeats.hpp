// SPDX-License-Identifier: Apache-2.0
#pragma once

// A second pass, by a new runner with new ranks: what one start of a process cannot see of how well a sample repeats.

#include "probes/sample_request.hpp"
#include "profiles/machine_profile.hpp"

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

// With fewer repeats of its own a probe goes by those of all, and without these by as many of the sentinel's.
inline constexpr std::size_t least_repeats = 3;

// Whether a probe's samples have a second pass, and take what it says of their intervals.
bool is_repeated(std::string_view probe);

// The samples that fit into `left_s` once more, starts of the runner included, the most valuable first and each with
// the same share of the time it took, which may shrink to a third. The least valuable, those with the highest ids of
// their requests, are left out first. Ids in the new plan are places in `measured`. Empty when nothing fits.
SamplePlan repeat_plan(std::vector<Measured> const& measured, double left_s);

// Pools the readings of both passes and lets each interval cover both, and what starts of the runner differ by: 95 %
// for normal differences, by the repeats of the probe's samples, else of all samples, else (what moves within one start
// only) by the sentinel. `Timing::widened_by` says which it was; with none of them an interval stays that of one start.
void cover_repeats(std::vector<profiles::Sample>& samples, std::vector<Repeat> const& repeats,
                   std::vector<profiles::Sentinel> const& sentinels);

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#pragma once

// Other device counts worth knowing.

#include "advisor/plan_search.hpp"

namespace hpcadvise::advisor {

// Fewer devices that train more tokens a second, where there are such; half and twice as many. Each with as many
// sequences a device as the job has, or the nearest number that divides: what is compared is tokens a second, not the
// time of steps that do unequal work.
std::vector<Neighbour> neighbours(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                                  SearchOptions const& options, RankedPlans const& ranked);

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// Other device counts worth knowing.

#include "advisor/plan_search.hpp"

namespace hpcadvise::advisor {

// Fewer devices that are faster, where there are such; half and twice as many; the nearest where `device_count` leaves
// few ways to divide.
std::vector<Neighbour> neighbours(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                                  SearchOptions const& options, RankedPlans const& ranked);

}  // namespace hpcadvise::advisor

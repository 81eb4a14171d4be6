// SPDX-License-Identifier: Apache-2.0
#pragma once

// Other device counts worth knowing.

#include "advisor/plan_search.hpp"

#include <optional>

namespace hpcadvise::advisor {

// Half and twice as many, and the nearest where `device_count` leaves few ways to divide.
std::vector<Neighbour> neighbours(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                                  SearchOptions const& options, RankedPlans const& ranked);

// The smallest count of the form device_count x 2^i, i from 1 to 8, on which some plan fits.
std::optional<std::int64_t> smallest_count_that_fits(TrainingJob const& job, std::int64_t device_count,
                                                     Machine const& machine, EstimateOptions const& options);

// The fewest devices in full nodes, however many this machine has, over which ZeRO-3 shards the model's state so far
// that one sequence a device fits. Nothing where the rest alone is too large.
std::optional<std::int64_t> zero3_count_that_fits(TrainingJob const& job, Machine const& machine,
                                                  EstimateOptions const& options);

}  // namespace hpcadvise::advisor

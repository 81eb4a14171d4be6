// SPDX-License-Identifier: Apache-2.0
#pragma once

// What would make a job fit that does not, each found by a search.

#include "advisor/plan_search.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hpcadvise::advisor {

// More devices, a shorter sequence, an optimizer with less state: of each the smallest change with which some plan
// fits, and its price in speed. The least costly first.
std::vector<Remedy> find_remedies(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                                  EstimateOptions const& options, StepEstimate const& nearest);

// "32 devices: 1.04 times the tokens a second and device of the plan above".
std::string sentence(Remedy const& remedy);

// The fewest devices in full nodes, however many this machine has, over which ZeRO-3 shards the model's state so far
// that one sequence a device fits. Nothing where the rest alone is too large.
std::optional<std::int64_t> zero3_count_that_fits(TrainingJob const& job, Machine const& machine,
                                                  EstimateOptions const& options);

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether a device count and a batch can be planned for at all, and which near ones can.

#include "advisor/machine.hpp"
#include "advisor/model_spec.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hpcadvise::advisor {

// Why no plan can have so many devices on this machine, whatever the batch: below 1, more than it has, nodes not
// filled. Empty: some can.
std::string device_count_problem(std::int64_t device_count, Machine const& machine);

// The count itself where it has no such problem, else the nearest below and above that have none.
std::vector<std::int64_t> nearest_whole_counts(std::int64_t device_count, Machine const& machine);

// Throws UsageError for a count or a batch that no plan can have (below 1, more than the machine has, nodes not
// filled, nothing divides), with the nearest that work.
void check_request(TrainingJob const& job, std::int64_t device_count, Machine const& machine);

// Whether check_request would pass.
bool can_plan(TrainingJob const& job, std::int64_t device_count, Machine const& machine);

// The device counts nearest below and above that this batch can be planned on; fewer where there are none within a
// factor of 2.
std::vector<std::int64_t> nearest_device_counts(TrainingJob const& job, std::int64_t device_count,
                                                Machine const& machine);

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every legal plan of a job on so many devices.

#include "advisor/machine.hpp"
#include "advisor/step_estimate.hpp"

#include <cstdint>
#include <vector>

namespace hpcadvise::advisor {

// Divisors only: tensor parallel of heads and FFN, pipeline of layers, data parallel of the batch, micro-batch of a
// rank's share. In a fixed order. Empty where nothing divides.
std::vector<ParallelPlan> legal_plans(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                                      EstimateOptions const& options);

// Throws UsageError for a count or a batch that no plan can have (below 1, more than the machine has, nodes not
// filled, nothing divides), with the nearest that work.
void check_request(TrainingJob const& job, std::int64_t device_count, Machine const& machine);

// Whether check_request would pass.
bool can_plan(TrainingJob const& job, std::int64_t device_count, Machine const& machine);

// The device counts nearest below and above that can be planned for; fewer where there are none within a factor of 2.
std::vector<std::int64_t> nearest_device_counts(TrainingJob const& job, std::int64_t device_count,
                                                Machine const& machine);

std::vector<std::int64_t> divisors(std::int64_t number);  // ascending

}  // namespace hpcadvise::advisor

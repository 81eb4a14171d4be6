// SPDX-License-Identifier: Apache-2.0
#pragma once

// How many published runs there were to check the model of a kind of job on: those whose step time docs/validation.md
// scores with their source left out. A test counts them in the table.

#include "advisor/machine.hpp"
#include "advisor/model_spec.hpp"
#include "advisor/parallel_plan.hpp"

#include <span>
#include <string>
#include <string_view>

namespace hpcadvise::advisor {

struct DeviceSupport {
  std::string_view device;
  int runs;
};
std::span<DeviceSupport const> supported_devices();

// Enough of them ran on this kind of device for a median worth stating.
bool is_well_supported(std::string_view device);

struct FeatureSupport {
  std::string_view what;
  int runs;
  bool (*is_used)(TrainingJob const& job, ParallelPlan const& plan);
};
std::span<FeatureSupport const> supported_features();

// The device and each feature in use with fewer runs than make a median worth stating, in a sentence; empty: none.
std::string weak_ground(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine);

}  // namespace hpcadvise::advisor

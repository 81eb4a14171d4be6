// SPDX-License-Identifier: Apache-2.0
#pragma once

// How many published runs there were to check the model of a kind of job on: those whose step time docs/validation.md
// scores. A test counts them in the tables.

#include "advisor/framework.hpp"
#include "advisor/machine.hpp"
#include "advisor/model_spec.hpp"
#include "advisor/parallel_plan.hpp"

#include <span>
#include <string>
#include <string_view>

namespace hpcadvise::advisor {

struct DeviceSupport {
  std::string_view device;
  int fitted;      // runs that constants were fitted on
  int kept_aside;  // that nothing was fitted on
  int inside;      // of these between the 10th and the 90th percentile
};
std::span<DeviceSupport const> supported_devices();

// Enough runs on this kind of device were fitted for a median worth stating.
bool is_well_supported(std::string_view device);

struct FeatureSupport {
  std::string_view what;
  int runs;  // fitted or kept aside
  bool (*is_used)(TrainingJob const& job, ParallelPlan const& plan, FrameworkTraits const& framework);
};
std::span<FeatureSupport const> supported_features();

// How many runs on this device that nothing was fitted on lie inside their interval, and the device and each feature in
// use with fewer runs than make a median worth stating, in a sentence; empty: neither.
std::string on_published_runs(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                              FrameworkKind framework);

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// One pass over a plan space: each plan's memory and step time, or a proof that it is too slow to matter.

#include "advisor/plan_collector.hpp"
#include "advisor/plan_space.hpp"

#include <cstdint>
#include <optional>

namespace hpcadvise::advisor {

struct PlanScan {
  std::int64_t considered = 0;  // = estimated + too_large + slower
  std::int64_t estimated = 0;
  std::int64_t too_large = 0;
  std::int64_t slower = 0;  // than the collector's threshold, by a lower bound; their memory was not looked at
  std::optional<ScoredPlan> nearest;  // of those too large the one that exceeds the memory by the least
};

PlanScan scan_plans(TrainingJob const& job, std::int64_t device_count, PlanSpace const& space, Machine const& machine,
                    EstimateOptions const& options, bool prune, OffloadCollector& collector);

}  // namespace hpcadvise::advisor

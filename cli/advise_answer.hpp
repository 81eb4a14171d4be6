// SPDX-License-Identifier: Apache-2.0
#pragma once

// Everything that `advise` says about one device count.

#include "advisor/batch_advice.hpp"
#include "advisor/cost_of_run.hpp"
#include "advisor/plan_search.hpp"
#include "cli/job_options.hpp"

#include <cstdint>
#include <optional>

namespace hpcadvise::cli {

struct Answer {
  std::int64_t device_count = 0;
  ResolvedJob resolved;
  advisor::RankedPlans ranked;
  std::optional<advisor::BatchAdvice> batch;  // of the recommended plan, like the cost
  std::optional<advisor::RunCost> cost;

  // Null when nothing fits.
  advisor::StepEstimate const* recommended() const {
    return ranked.plans.empty() ? nullptr : &ranked.plans[ranked.recommended.value_or(0)].estimate;
  }
};

}  // namespace hpcadvise::cli

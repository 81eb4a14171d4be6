// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every legal plan of a job on so many devices, the ones that fit ranked by step time.

#include "advisor/machine.hpp"
#include "advisor/step_estimate.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hpcadvise::advisor {

struct RankedPlan {
  StepEstimate estimate;
  bool tied_with_best = false;   // its lead or lag lies inside the interval of the difference
  std::vector<std::string> why;  // sentences: what binds, what the terms are, what would help most
};

// When nothing fits: the plan that comes closest.
struct NearestPlan {
  StepEstimate estimate;
  double over_bytes = 0;
  std::string part;                   // the largest part
  std::vector<std::string> remedies;  // what would make it fit
};

struct Neighbour {
  std::int64_t device_count = 0;
  double step_time_s = 0;
  std::string why;
};

struct RankedPlans {
  // Best first, at most the number asked for, one a layout: of plans with the same tensor, pipeline and data parallel
  // sizes and micro-batch the fastest, and the recommended one.
  std::vector<RankedPlan> plans;
  std::vector<std::size_t> pareto;         // indices into plans: speed, memory headroom, simplicity
  std::optional<std::size_t> recommended;  // of those tied with the best: roomy before full, then simple
  std::int64_t considered = 0;
  std::map<std::string, std::int64_t> rejected;  // reason: count
  std::optional<NearestPlan> nearest;            // only when plans is empty
  std::vector<Neighbour> neighbours;             // other device counts worth knowing
};

struct SearchOptions {
  std::size_t keep = 5;
  EstimateOptions estimate;
  bool neighbours = true;
  bool prune = true;  // false: every plan is estimated; the answer is the same
};

// Throws UsageError for a device count or batch that no plan can have, saying the nearest that work.
RankedPlans search_plans(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                         SearchOptions const& options);

}  // namespace hpcadvise::advisor

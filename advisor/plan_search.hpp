// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every legal plan of a job on so many devices, estimated or proven slower, the ones that fit ranked by step time.

#include "advisor/machine.hpp"
#include "advisor/step_estimate.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::advisor {

struct RankedPlan {
  StepEstimate estimate;
  bool tied_with_best = false;   // its lead or lag lies inside the interval of the difference
  std::vector<std::string> why;  // sentences: what the terms are, what binds, what would help
};

// A change that would make the job fit, found by a search of its own.
struct Remedy {
  std::string what;          // "32 devices", "a sequence of 2048"
  StepEstimate estimate;     // of the best plan then
  double relative_rate = 0;  // tokens a second and device, over those of the plan that does not fit
};

// When nothing fits, offloading the optimizer's state included: the plan that comes closest.
struct NearestPlan {
  StepEstimate estimate;
  double over_bytes = 0;
  std::string part;                   // the largest part
  std::vector<Remedy> changes;        // the least costly first
  std::vector<std::string> remedies;  // what would make it fit, a sentence each
};

struct Neighbour {
  std::int64_t device_count = 0;
  std::int64_t global_batch = 0;  // as many sequences a device as here, or the nearest number that divides
  double step_time_s = 0;
  double tokens_per_s = 0;
  std::string why;
};

struct RankedPlans {
  // Best first, at most the number asked for, one a layout (plan_order.hpp): the fastest of each, and the recommended.
  std::vector<RankedPlan> plans;
  std::vector<std::size_t> pareto;         // indices into plans: speed, memory headroom, simplicity
  std::optional<std::size_t> recommended;  // of those tied with the best: roomy before full, then simple
  // The rest of the front over everything considered, at most 20 % slower than the fastest: roomier or simpler plans
  // than the recommended.
  std::vector<RankedPlan> trade_offs;
  std::int64_t considered = 0;                   // = estimated + every count in rejected
  std::int64_t estimated = 0;                    // exactly
  std::map<std::string, std::int64_t> rejected;  // reason: count
  std::optional<NearestPlan> nearest;            // only when plans is empty
  std::vector<Neighbour> neighbours;             // other device counts worth knowing
};

struct SearchOptions {
  std::size_t keep = 5;
  EstimateOptions estimate{};
  bool around = true;  // neighbours, remedies, gains, sensitivities: searches and estimates around the answer
  bool prune = true;   // false: every plan that fits is estimated; the answer is the same
};

// The reasons in RankedPlans::rejected.
inline constexpr std::string_view too_large_reason = "exceeds the memory";
inline constexpr std::string_view slower_reason = "slower than those shown, by a lower bound";

// Throws UsageError for a device count or batch that no plan can have, saying the nearest that work.
RankedPlans search_plans(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                         SearchOptions const& options);

}  // namespace hpcadvise::advisor

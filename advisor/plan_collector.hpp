// SPDX-License-Identifier: Apache-2.0
#pragma once

// Of a stream of plans those that an answer can need, whatever the order in which they come.

#include "advisor/plan_order.hpp"

#include <array>
#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <vector>

namespace hpcadvise::advisor {

class PlanCollector {
 public:
  // The fastest `keep` layouts are wanted.
  explicit PlanCollector(std::size_t keep) : keep_(keep) {}

  void add(ScoredPlan const& plan);

  // A plan slower than this cannot be in the answer.
  double threshold_s() const { return threshold_s_; }

  // The fastest variant of each of the fastest layouts, and the recommended plan: fastest first.
  std::vector<ScoredPlan> leaders() const;

  // Of plans at most 20 % slower than the fastest those to which no other is as fast, as simple and as roomy, counted
  // in tenths of the memory: fastest first.
  std::vector<ScoredPlan> front() const;

 private:
  static constexpr std::size_t memory_tenths = 10;

  std::size_t tenth_of(ScoredPlan const& plan) const;
  void lower_threshold();

  std::size_t keep_;
  std::map<LayoutKey, ScoredPlan> layouts_;           // the fastest of each
  std::map<LayoutKey, ScoredPlan>::iterator latest_;  // plans of one layout come in a row
  std::array<std::array<std::optional<ScoredPlan>, most_complex + 1>, memory_tenths> cells_;  // the fastest of each
  double best_s_ = std::numeric_limits<double>::infinity();
  double last_kept_s_ = std::numeric_limits<double>::infinity();
  double threshold_s_ = std::numeric_limits<double>::infinity();
};

}  // namespace hpcadvise::advisor

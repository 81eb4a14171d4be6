// SPDX-License-Identifier: Apache-2.0
#pragma once

// Of a stream of plans those that an answer can need, whatever the order in which they come.

#include "advisor/plan_order.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <map>
#include <vector>

namespace hpcadvise::advisor {

class PlanCollector {
 public:
  // The fastest `keep` layouts are wanted.
  explicit PlanCollector(std::size_t keep) : keep_(keep) {}

  void add(ScoredPlan const& plan);

  // A plan slower than this cannot be in the answer.
  double threshold_s() const { return threshold_s_; }
  double best_s() const { return best_s_; }

  // The fastest variant of each of the fastest layouts, and the recommended plan: fastest first.
  std::vector<ScoredPlan> leaders() const;

  // Of plans at most 20 % slower than the fastest, and at most this slow, those to which no other is as fast, as simple
  // and as roomy, counted in tenths of the memory, and by a twentieth at least: fastest first.
  std::vector<ScoredPlan> front(double slowest_s = std::numeric_limits<double>::infinity()) const;

 private:
  // Each slower and roomier than the one before.
  using Staircase = std::vector<ScoredPlan>;
  static void add_to(Staircase& stairs, ScoredPlan const& plan);

  void lower_threshold();

  std::size_t keep_;
  std::map<LayoutKey, ScoredPlan> layouts_;           // the fastest of each
  std::map<LayoutKey, ScoredPlan>::iterator latest_;  // plans of one layout come in a row
  std::array<std::array<Staircase, most_complex + 1>, most_doubts + 1> stairs_;
  double best_s_ = std::numeric_limits<double>::infinity();
  double last_kept_s_ = std::numeric_limits<double>::infinity();
  double threshold_s_ = std::numeric_limits<double>::infinity();
};

// Plans with the optimizer on the host are wanted only where they lead those with it on the device.
class OffloadCollector {
 public:
  explicit OffloadCollector(std::size_t keep) : on_device_(keep), on_host_(keep) {}

  void add(ScoredPlan const& plan) { (plan.plan.offload == Offload::none ? on_device_ : on_host_).add(plan); }

  double threshold_s(Offload offload) const {
    if (offload == Offload::none) return on_device_.threshold_s();
    return std::min(on_host_.threshold_s(), leading_s(on_device_.best_s()));
  }
  double threshold_s() const { return std::max(threshold_s(Offload::none), threshold_s(Offload::optimizer)); }

  std::vector<ScoredPlan> front(Offload offload) const {
    return offload == Offload::none ? on_device_.front() : on_host_.front(leading_s(on_device_.best_s()));
  }
  PlanCollector const& on_device() const { return on_device_; }
  PlanCollector const& on_host() const { return on_host_; }

 private:
  PlanCollector on_device_;
  PlanCollector on_host_;
};

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_collector.hpp"

#include "advisor/constants.hpp"
#include "advisor/memory_verdict.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <tuple>

namespace hpcadvise::advisor {
namespace {

// How much slower than the fastest a plan of the front may be: beyond, nobody trades speed for memory.
constexpr double front_log_ratio = 0.1823;  // 20 %
// No slower in the eyes of who gets more memory or simplicity for it.
constexpr double as_fast = 1.01;

ScoredPlan const* fastest_of(std::span<std::optional<ScoredPlan> const> plans) {
  ScoredPlan const* fastest = nullptr;
  for (auto const& plan : plans)
    if (plan && (fastest == nullptr || faster(*plan, *fastest))) fastest = &*plan;
  return fastest;
}

}  // namespace

std::size_t PlanCollector::tenth_of(ScoredPlan const& plan) const {
  if (crowded(plan.memory_bytes, plan.capacity_bytes)) return memory_tenths - 1;
  auto const tenth = static_cast<std::size_t>(memory_tenths * plan.memory_bytes / plan.capacity_bytes);
  return std::min(tenth, memory_tenths - 2);
}

void PlanCollector::add(ScoredPlan const& plan) {
  auto& fastest =
      cells_[tenth_of(plan)][static_cast<std::size_t>(complexity(plan.plan))][static_cast<std::size_t>(plan.doubts)];
  if (!fastest || faster(plan, *fastest)) fastest = plan;
  best_s_ = std::min(best_s_, plan.step_s);

  auto const key = layout_of(plan.plan);
  if (layouts_.empty() || latest_->first != key) {
    bool fresh = false;
    std::tie(latest_, fresh) = layouts_.try_emplace(key, plan);
    if (fresh) return lower_threshold();
  }
  if (!faster(plan, latest_->second)) return;
  latest_->second = plan;
  if (plan.step_s < last_kept_s_) lower_threshold();
}

void PlanCollector::lower_threshold() {
  if (layouts_.size() < keep_) return;
  std::vector<double> times_s;
  times_s.reserve(layouts_.size());
  for (auto const& [layout, plan] : layouts_) times_s.push_back(plan.step_s);
  auto const last = times_s.begin() + static_cast<std::ptrdiff_t>(keep_) - 1;
  std::nth_element(times_s.begin(), last, times_s.end());
  last_kept_s_ = *last;
  threshold_s_ = std::max(last_kept_s_, best_s_ * std::exp(std::max(front_log_ratio, farthest_log_ratio())));
}

std::vector<ScoredPlan> PlanCollector::leaders() const {
  std::vector<ScoredPlan> plans;
  for (auto const& [layout, plan] : layouts_) plans.push_back(plan);
  std::sort(plans.begin(), plans.end(), faster);
  plans.resize(std::min(plans.size(), keep_));

  // rank() picks among these: of each complexity and number of doubts the fastest, roomy or not.
  for (std::size_t tenth = 0; tenth < memory_tenths; ++tenth) {
    double const farthest = tenth + 1 < memory_tenths ? farthest_log_ratio() : constants::tie_log_ratio.value;
    for (Cell const& cell : cells_[tenth])
      for (auto const& fastest : cell)
        if (fastest && std::log(fastest->step_s / best_s_) <= farthest) plans.push_back(*fastest);
  }
  std::sort(plans.begin(), plans.end(), faster);
  plans.erase(std::unique(plans.begin(), plans.end(),
                          [](auto const& left, auto const& right) { return left.plan == right.plan; }),
              plans.end());
  return plans;
}

std::vector<ScoredPlan> PlanCollector::front(double slowest_s) const {
  struct Point {
    std::size_t tenth;
    std::size_t complexity;
    ScoredPlan const* plan;
  };
  std::vector<Point> points;
  double const limit_s = std::min(slowest_s, best_s_ * std::exp(front_log_ratio));
  for (std::size_t tenth = 0; tenth < cells_.size(); ++tenth)
    for (std::size_t complexity = 0; complexity < cells_[tenth].size(); ++complexity)
      if (auto const* const plan = fastest_of(cells_[tenth][complexity]); plan != nullptr && plan->step_s <= limit_s)
        points.push_back({tenth, complexity, plan});

  std::vector<ScoredPlan> plans;
  for (Point const& point : points) {
    bool const dominated = std::any_of(points.begin(), points.end(), [&](Point const& other) {
      if (other.plan == point.plan || other.tenth > point.tenth || other.complexity > point.complexity) return false;
      bool const better = other.tenth < point.tenth || other.complexity < point.complexity;
      return other.plan->step_s <= (better ? as_fast : 1) * point.plan->step_s;
    });
    if (!dominated) plans.push_back(*point.plan);
  }
  std::sort(plans.begin(), plans.end(), faster);
  return plans;
}

}  // namespace hpcadvise::advisor

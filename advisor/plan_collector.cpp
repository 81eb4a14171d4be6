// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_collector.hpp"

#include "advisor/constants.hpp"
#include "advisor/memory_verdict.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <tuple>

namespace hpcadvise::advisor {
namespace {

// How much slower than the fastest a plan of the front may be: beyond, nobody trades speed for memory.
constexpr double front_log_ratio = 0.1823;  // 20 %
// No slower in the eyes of who gets more memory or simplicity for it.
constexpr double as_fast = 1.01;

constexpr std::size_t memory_tenths = 10;
// Of the memory: what a slower plan of the front has to leave free beyond a faster one, wherever a tenth ends.
constexpr double least_room = 0.05;

// The last is that of plans that do not leave a tenth free.
std::size_t tenth_of(ScoredPlan const& plan) {
  if (crowded(plan.memory_bytes, plan.capacity_bytes)) return memory_tenths - 1;
  auto const tenth = static_cast<std::size_t>(memory_tenths * plan.memory_bytes / plan.capacity_bytes);
  return std::min(tenth, memory_tenths - 2);
}

// Of plans, fastest first, those that are simpler than each faster one, or roomier by more than where a tenth ends.
std::vector<ScoredPlan> without_small_steps(std::vector<ScoredPlan> const& plans) {
  std::vector<ScoredPlan> kept;
  for (ScoredPlan const& plan : plans) {
    auto const as_good = [&](ScoredPlan const& other) {
      double const room_bytes = other.memory_bytes - plan.memory_bytes;
      return other.complexity <= plan.complexity && room_bytes < least_room * plan.capacity_bytes &&
             crowded(other.memory_bytes, other.capacity_bytes) == crowded(plan.memory_bytes, plan.capacity_bytes);
    };
    if (std::none_of(kept.begin(), kept.end(), as_good)) kept.push_back(plan);
  }
  return kept;
}

}  // namespace

void PlanCollector::add_to(Staircase& stairs, ScoredPlan const& plan) {
  auto const at = std::lower_bound(stairs.begin(), stairs.end(), plan, faster);
  if (at != stairs.begin() && std::prev(at)->memory_bytes <= plan.memory_bytes) return;
  auto const end =
      std::find_if(at, stairs.end(), [&](ScoredPlan const& slower) { return slower.memory_bytes < plan.memory_bytes; });
  if (at == end) {
    stairs.insert(at, plan);
  } else {
    *at = plan;
    stairs.erase(std::next(at), end);
  }
}

void PlanCollector::add(ScoredPlan const& plan) {
  add_to(stairs_[static_cast<std::size_t>(plan.doubts)][static_cast<std::size_t>(plan.complexity)], plan);
  best_s_ = std::min(best_s_, plan.step_s);

  auto const key = layout_of(plan.plan);
  bool fresh = false;
  if (layouts_.empty() || latest_->first != key) std::tie(latest_, fresh) = layouts_.try_emplace(key, plan);
  if (!fresh && !faster(plan, latest_->second)) return;
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

  // rank() picks among these: of each complexity and number of doubts all to which no other is as fast and as roomy.
  for (auto const& of_doubts : stairs_)
    for (Staircase const& stairs : of_doubts)
      for (ScoredPlan const& plan : stairs) {
        bool const is_crowded = crowded(plan.memory_bytes, plan.capacity_bytes);
        double const farthest = is_crowded ? constants::tie_log_ratio.value : farthest_log_ratio();
        if (std::log(plan.step_s / best_s_) <= farthest) plans.push_back(plan);
      }
  std::sort(plans.begin(), plans.end(), faster);
  plans.erase(std::unique(plans.begin(), plans.end(),
                          [](auto const& left, auto const& right) { return left.plan == right.plan; }),
              plans.end());
  return plans;
}

std::vector<ScoredPlan> PlanCollector::front(double slowest_s) const {
  // The fastest of each.
  std::array<std::array<ScoredPlan const*, most_complex + 1>, memory_tenths> points{};
  double const limit_s = std::min(slowest_s, best_s_ * std::exp(front_log_ratio));
  for (auto const& of_doubts : stairs_)
    for (std::size_t complexity = 0; complexity < of_doubts.size(); ++complexity)
      for (ScoredPlan const& plan : of_doubts[complexity]) {
        auto& fastest = points[tenth_of(plan)][complexity];
        if (plan.step_s <= limit_s && (fastest == nullptr || faster(plan, *fastest))) fastest = &plan;
      }

  auto const dominated = [&](std::size_t tenth, std::size_t complexity) {
    double const step_s = points[tenth][complexity]->step_s;
    for (std::size_t roomy = 0; roomy <= tenth; ++roomy)
      for (std::size_t simple = 0; simple <= complexity; ++simple) {
        bool const better = roomy < tenth || simple < complexity;
        auto const* const other = points[roomy][simple];
        if (better && other != nullptr && other->step_s <= as_fast * step_s) return true;
      }
    return false;
  };
  std::vector<ScoredPlan> plans;
  for (std::size_t tenth = 0; tenth < memory_tenths; ++tenth)
    for (std::size_t complexity = 0; complexity <= most_complex; ++complexity)
      if (points[tenth][complexity] != nullptr && !dominated(tenth, complexity))
        plans.push_back(*points[tenth][complexity]);
  std::sort(plans.begin(), plans.end(), faster);
  return without_small_steps(plans);
}

}  // namespace hpcadvise::advisor

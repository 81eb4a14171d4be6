// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_search.hpp"

#include "advisor/constants.hpp"
#include "advisor/explain.hpp"
#include "advisor/lower_bound.hpp"
#include "advisor/neighbours.hpp"
#include "advisor/plan_order.hpp"
#include "advisor/plan_space.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace hpcadvise::advisor {
namespace {

struct Candidate {
  ParallelPlan plan;
  double lower_bound_s = 0;
  std::size_t place = 0;  // in the space's order
};

// The times that decide whether another plan can still matter.
class Threshold {
 public:
  explicit Threshold(std::size_t keep) : keep_(keep) {}

  void add(StepEstimate const& estimate) {
    double const time_s = estimate.step_time_s.median;
    auto const [place, fresh] = best_of_layout_.try_emplace(layout_of(estimate.plan), time_s);
    if (!fresh) place->second = std::min(place->second, time_s);
    best_s_ = std::min(best_s_, time_s);
  }

  // A plan slower than this is neither among those kept nor tied with the best.
  double value_s() const {
    if (best_of_layout_.size() < keep_) return std::numeric_limits<double>::infinity();
    std::vector<double> times_s;
    for (auto const& [layout, time_s] : best_of_layout_) times_s.push_back(time_s);
    auto const last = times_s.begin() + static_cast<std::ptrdiff_t>(keep_) - 1;
    std::nth_element(times_s.begin(), last, times_s.end());
    return std::max(*last, best_s_ * std::exp(constants::tie_log_ratio));
  }

 private:
  std::size_t keep_;
  std::map<LayoutKey, double> best_of_layout_;
  double best_s_ = std::numeric_limits<double>::infinity();
};

struct Fitting {
  std::vector<Candidate> candidates;  // by lower bound
  std::optional<std::pair<ParallelPlan, MemoryEstimate>> nearest;
};

Fitting fitting_plans(TrainingJob const& job, std::vector<ParallelPlan> const& plans, Machine const& machine,
                      EstimateOptions const& options) {
  Fitting result;
  double least_over = std::numeric_limits<double>::infinity();
  for (ParallelPlan const& plan : plans) {
    auto const memory = estimate_memory(job, plan, machine, options);
    if (memory.fits()) {
      result.candidates.push_back({plan, step_lower_bound_s(job, plan, machine, options), result.candidates.size()});
    } else if (double const over = memory.total_bytes() - memory.capacity_bytes; over < least_over) {
      least_over = over;
      result.nearest = {plan, memory};
    }
  }
  std::sort(result.candidates.begin(), result.candidates.end(), [](auto const& left, auto const& right) {
    return std::tuple(left.lower_bound_s, left.place) < std::tuple(right.lower_bound_s, right.place);
  });
  return result;
}

// On this machine if it has enough of them, else on one with more of the same devices.
std::optional<std::string> more_devices(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                                        EstimateOptions const& options) {
  if (auto const count = smallest_count_that_fits(job, device_count, machine, options))
    return fmt::format("use {} devices", *count);
  auto const count = zero3_count_that_fits(job, machine, options);
  if (!count || *count <= device_count) return std::nullopt;
  return fmt::format("more devices: ZeRO-3 would shard it over about {} such devices", *count);
}

NearestPlan nearest_plan(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                         EstimateOptions const& options) {
  NearestPlan nearest;
  nearest.estimate = estimate_step(job, plan, machine, options);
  nearest.over_bytes = nearest.estimate.memory.total_bytes() - nearest.estimate.memory.capacity_bytes;
  nearest.part = largest_part(nearest.estimate.memory);
  nearest.remedies = remedies(job, nearest.estimate);
  return nearest;
}

}  // namespace

RankedPlans search_plans(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                         SearchOptions const& options) {
  check_request(job, device_count, machine);
  std::size_t const keep = std::max<std::size_t>(1, options.keep);
  auto const plans = legal_plans(job, device_count, machine, options.estimate);
  auto const fitting = fitting_plans(job, plans, machine, options.estimate);

  RankedPlans ranked;
  ranked.considered = static_cast<std::int64_t>(plans.size());
  if (auto const too_large = plans.size() - fitting.candidates.size(); too_large > 0)
    ranked.rejected["exceeds the device's memory"] = static_cast<std::int64_t>(too_large);

  std::vector<StepEstimate> estimates;
  Threshold threshold(keep);
  for (std::size_t index = 0; index < fitting.candidates.size(); ++index) {
    auto const& candidate = fitting.candidates[index];
    if (options.prune && candidate.lower_bound_s > threshold.value_s()) {
      ranked.rejected["slower than those shown, by its lower bound"] =
          static_cast<std::int64_t>(fitting.candidates.size() - index);
      break;
    }
    estimates.push_back(estimate_step(job, candidate.plan, machine, options.estimate));
    threshold.add(estimates.back());
  }

  rank(ranked, std::move(estimates), keep);
  for (RankedPlan& plan : ranked.plans) plan.why = explain(job, plan.estimate, machine);
  if (ranked.plans.empty() && fitting.nearest) {
    ranked.nearest = nearest_plan(job, fitting.nearest->first, machine, options.estimate);
    if (auto const remedy = more_devices(job, device_count, machine, options.estimate))
      ranked.nearest->remedies.insert(ranked.nearest->remedies.begin(), *remedy);
  }
  if (options.neighbours) ranked.neighbours = neighbours(job, device_count, machine, options, ranked);
  return ranked;
}

}  // namespace hpcadvise::advisor

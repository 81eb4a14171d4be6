// SPDX-License-Identifier: Apache-2.0
#include "advisor/neighbours.hpp"

#include "advisor/constants.hpp"
#include "advisor/plan_space.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace hpcadvise::advisor {
namespace {

double best_time_s(RankedPlans const& ranked) { return ranked.plans.front().estimate.step_time_s.median; }

// Speed-up over the change in devices: 1 where the same device-hours buy the same work.
std::string comparison(std::int64_t count, double time_s, std::int64_t base_count, double base_s) {
  double const device_hours = static_cast<double>(count) * time_s / (static_cast<double>(base_count) * base_s);
  return fmt::format("{:.2f} times the speed for {:.2f} times the device-hours", base_s / time_s, device_hours);
}

// Few divisors leave few plans: a prime number of nodes can be cut in one way only.
bool hostile(std::int64_t device_count, Machine const& machine) {
  return device_count > machine.devices_per_node && divisors(device_count / machine.devices_per_node).size() <= 2 &&
         device_count / machine.devices_per_node > 3;
}

}  // namespace

std::vector<Neighbour> neighbours(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                                  SearchOptions const& options, RankedPlans const& ranked) {
  std::set<std::int64_t> counts{device_count / 2, device_count * 2};
  bool const divides_badly = hostile(device_count, machine);
  if (divides_badly) {
    auto const nearest = nearest_device_counts(job, device_count, machine);
    counts.insert(nearest.begin(), nearest.end());
  }
  SearchOptions inner = options;
  inner.keep = 1;
  inner.neighbours = false;

  std::vector<Neighbour> result;
  for (std::int64_t const count : counts) {
    if (!can_plan(job, count, machine)) continue;
    auto const there = search_plans(job, count, machine, inner);
    if (there.plans.empty()) continue;
    std::string why = ranked.plans.empty() ? "a plan fits there"
                                           : comparison(count, best_time_s(there), device_count, best_time_s(ranked));
    if (divides_badly) why += fmt::format("; {} devices leave few ways to divide", device_count);
    result.push_back({count, best_time_s(there), std::move(why)});
  }
  return result;
}

std::optional<std::int64_t> smallest_count_that_fits(TrainingJob const& job, std::int64_t device_count,
                                                     Machine const& machine, EstimateOptions const& options) {
  constexpr int doublings = 8;
  for (int doubling = 1; doubling <= doublings; ++doubling) {
    std::int64_t const count = device_count << doubling;
    if (!can_plan(job, count, machine)) continue;
    auto const plans = legal_plans(job, count, machine, options);
    if (std::any_of(plans.begin(), plans.end(),
                    [&](auto const& plan) { return estimate_memory(job, plan, machine, options).fits(); }))
      return count;
  }
  return std::nullopt;
}

std::optional<std::int64_t> zero3_count_that_fits(TrainingJob const& job, Machine const& machine,
                                                  EstimateOptions const& options) {
  // Only the state shrinks with the count, so two devices tell it from the rest.
  ParallelPlan plan;
  plan.data_parallel = 2;
  plan.global_batch = 2;
  plan.sharding = Sharding::zero3;
  plan.recompute = Recompute::full;
  auto const memory = estimate_memory(job, plan, machine, options);
  double const half_bytes = memory.weights_bytes + memory.gradients_bytes + memory.optimizer_bytes;
  double const shard_bytes = (1 + constants::fragmentation) * half_bytes;
  double const left_bytes = memory.capacity_bytes - (memory.total_bytes() - shard_bytes);
  if (left_bytes <= 0) return std::nullopt;
  auto const node = static_cast<double>(machine.devices_per_node);
  double const count = node * std::ceil(2 * shard_bytes / left_bytes / node);
  if (count > static_cast<double>(largest_plan_number)) return std::nullopt;
  return static_cast<std::int64_t>(count);
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#include "advisor/neighbours.hpp"

#include "advisor/plan_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

namespace hpcadvise::advisor {
namespace {

// How much smaller a count may be and still be the same job, and how much faster it must be to be named.
constexpr double least_share = 0.95;
constexpr double least_gain = 1.01;

std::optional<double> best_s(TrainingJob const& job, std::int64_t count, Machine const& machine,
                             SearchOptions const& options) {
  if (!can_plan(job, count, machine)) return std::nullopt;
  SearchOptions inner = options;
  inner.keep = 2;  // of one, the recommended would be kept, not the fastest
  inner.around = false;
  auto const there = search_plans(job, count, machine, inner);
  if (there.plans.empty()) return std::nullopt;
  return there.plans.front().estimate.step_time_s.median;
}

// 1 in "times the device-hours": the same device-hours buy the same work.
std::string comparison(std::int64_t count, double time_s, std::int64_t base_count, std::optional<double> base_s) {
  if (!base_s) return "a plan fits there";
  double const device_hours = static_cast<double>(count) * time_s / (static_cast<double>(base_count) * *base_s);
  return fmt::format("{:.2f} times the speed for {:.2f} times the device-hours", *base_s / time_s, device_hours);
}

std::int64_t largest_prime_factor(std::int64_t number) {
  std::int64_t largest = 1;
  for (std::int64_t factor = 2; factor * factor <= number; ++factor)
    for (; number % factor == 0; number /= factor) largest = factor;
  return std::max(largest, number);
}

// "5128 = 8 x 641" where that factor leaves few ways to divide.
std::string hostile_factor(std::int64_t count) {
  std::int64_t const factor = largest_prime_factor(count);
  if (factor <= 7) return {};
  return fmt::format("{} = {} x {} leaves few ways to divide", count, count / factor, factor);
}

// Full nodes in numbers that divide well, not many fewer.
std::set<std::int64_t> smoother_counts(std::int64_t device_count, Machine const& machine) {
  std::set<std::int64_t> counts;
  for (std::int64_t unit = machine.devices_per_node; unit < device_count; unit *= 2) {
    std::int64_t const count = device_count / unit * unit;
    if (count < device_count && static_cast<double>(count) >= least_share * static_cast<double>(device_count))
      counts.insert(count);
  }
  return counts;
}

// A batch that divides badly holds back the best of counts: the nearest multiple of a power of two, not far off.
std::int64_t smoother_batch(std::int64_t global_batch) {
  std::int64_t unit = 1;
  while (2 * unit <= global_batch / 20) unit *= 2;
  return (global_batch + unit / 2) / unit * unit;
}

struct Faster {
  std::int64_t count = 0;
  std::int64_t global_batch = 0;
  double step_s = 0;
  double gain = 0;  // in sequences a second
};

std::optional<Faster> faster_with_fewer(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                                        SearchOptions const& options, double base_s) {
  std::optional<Faster> fastest;
  for (std::int64_t const count : smoother_counts(device_count, machine)) {
    for (std::int64_t const batch : std::set<std::int64_t>{job.global_batch, smoother_batch(job.global_batch)}) {
      TrainingJob there = job;
      there.global_batch = batch;
      auto const time_s = best_s(there, count, machine, options);
      if (!time_s) continue;
      double const gain = base_s / *time_s * static_cast<double>(batch) / static_cast<double>(job.global_batch);
      if (gain >= least_gain && (!fastest || gain > fastest->gain)) fastest = Faster{count, batch, *time_s, gain};
    }
  }
  return fastest;
}

Neighbour neighbour_of(Faster const& faster, TrainingJob const& job, std::int64_t device_count) {
  auto const factor = hostile_factor(device_count);
  std::string const batch = faster.global_batch == job.global_batch
                                ? std::string()
                                : fmt::format(" and a global batch of {}", faster.global_batch);
  return {faster.count, faster.step_s,
          fmt::format("{}{}use {}{}: {:.2f} times faster with {} devices fewer", factor, factor.empty() ? "" : ": ",
                      faster.count, batch, faster.gain, device_count - faster.count)};
}

}  // namespace

std::vector<Neighbour> neighbours(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                                  SearchOptions const& options, RankedPlans const& ranked) {
  std::optional<double> base_s;
  if (!ranked.plans.empty()) base_s = ranked.plans.front().estimate.step_time_s.median;

  std::vector<Neighbour> result;
  if (base_s) {
    if (auto const fewer = faster_with_fewer(job, device_count, machine, options, *base_s))
      result.push_back(neighbour_of(*fewer, job, device_count));
  }
  std::set<std::int64_t> counts{device_count / 2, device_count * 2};
  auto const factor = hostile_factor(device_count);
  if (result.empty() && !factor.empty()) {
    auto const nearest = nearest_device_counts(job, device_count, machine);
    counts.insert(nearest.begin(), nearest.end());
  }
  for (std::int64_t const count : counts) {
    auto const time_s = best_s(job, count, machine, options);
    if (!time_s) continue;
    bool const is_near = count != device_count / 2 && count != device_count * 2;
    result.push_back(
        {count, *time_s, comparison(count, *time_s, device_count, base_s) + (is_near ? "; " + factor : std::string())});
  }
  return result;
}

}  // namespace hpcadvise::advisor

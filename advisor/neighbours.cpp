// SPDX-License-Identifier: Apache-2.0
#include "advisor/neighbours.hpp"

#include "advisor/multiple.hpp"
#include "advisor/plan_request.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace hpcadvise::advisor {
namespace {

// How much smaller a count may be and still be the same job, and how much faster it must be to be named.
constexpr double least_share = 0.95;
constexpr double least_gain = 1.01;
// How far a batch may be from the one asked for, on each device.
constexpr double batch_tolerance = 0.05;

// Of fewer plans the recommended one is kept, not the fastest.
constexpr std::size_t keeps_fastest = 2;
// A count divides well where no prime factor is larger.
constexpr std::int64_t largest_smooth_factor = 7;

double real(std::int64_t value) { return static_cast<double>(value); }
std::string text(std::int64_t count) { return profiles::format_count(real(count)); }

// What the fastest plan of a count does.
struct Pace {
  std::int64_t device_count = 0;
  std::int64_t global_batch = 0;
  double step_s = 0;

  double sequences_per_s() const { return real(global_batch) / step_s; }
};

std::optional<Pace> pace_of(TrainingJob const& job, std::int64_t count, Machine const& machine,
                            SearchOptions const& options) {
  if (!can_plan(job, count, machine)) return std::nullopt;
  SearchOptions inner = options;
  inner.keep = keeps_fastest;
  inner.around = false;
  auto const there = search_plans(job, count, machine, inner);
  if (there.plans.empty()) return std::nullopt;
  return Pace{count, job.global_batch, there.plans.front().estimate.step_time_s.median};
}

// Batches that give each device as many sequences as the one asked for: exactly, or as near as divides well, by the
// devices' own divisors or by a power of two.
std::set<std::int64_t> equal_batches(TrainingJob const& job, std::int64_t device_count, std::int64_t count) {
  double const wanted = real(job.global_batch) * real(count) / real(device_count);
  std::int64_t const exact = job.global_batch * count / device_count;
  if (exact * device_count == job.global_batch * count) return {exact};
  auto const near = [&](std::int64_t batch) { return std::abs(real(batch) / wanted - 1) <= batch_tolerance; };
  std::set<std::int64_t> batches;
  if (near(job.global_batch)) batches.insert(job.global_batch);
  std::int64_t unit = count;
  while (unit % 2 == 0 && !near(nearest_multiple(wanted, unit))) unit /= 2;
  batches.insert(nearest_multiple(wanted, unit));
  std::int64_t power = 1;
  while (real(2 * power) <= batch_tolerance * wanted) power *= 2;
  batches.insert(nearest_multiple(wanted, power));
  return batches;
}

// The fastest in sequences a second, of those batches.
std::optional<Pace> best_pace(TrainingJob const& job, std::int64_t device_count, std::int64_t count,
                              Machine const& machine, SearchOptions const& options) {
  std::optional<Pace> best;
  for (std::int64_t const batch : equal_batches(job, device_count, count)) {
    TrainingJob there = job;
    there.global_batch = batch;
    auto const pace = pace_of(there, count, machine, options);
    if (pace && (!best || pace->sequences_per_s() > best->sequences_per_s())) best = pace;
  }
  return best;
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
  if (factor <= largest_smooth_factor) return {};
  return fmt::format("{} = {} x {} leaves few ways to divide: ", text(count), text(count / factor), text(factor));
}

// The largest count of full nodes up to this one that divides well.
std::int64_t smooth_count(std::int64_t count, Machine const& machine) {
  while (count > machine.devices_per_node && largest_prime_factor(count) > largest_smooth_factor)
    count -= machine.devices_per_node;
  return count;
}

// Full nodes in numbers that divide well, not many fewer.
std::set<std::int64_t> smoother_counts(std::int64_t device_count, Machine const& machine) {
  std::set<std::int64_t> counts;
  for (std::int64_t unit = machine.devices_per_node; unit < device_count; unit *= 2) {
    std::int64_t const count = smooth_count(device_count / unit * unit, machine);
    if (count < device_count && real(count) >= least_share * real(device_count)) counts.insert(count);
  }
  return counts;
}

Neighbour neighbour_of(Pace const& pace, TrainingJob const& job, std::string why) {
  return {pace.device_count, pace.global_batch, pace.step_s, pace.sequences_per_s() * real(job.sequence_length),
          std::move(why)};
}

// 1 in "times the device-hours a token": the same device-hours buy the same work.
std::string comparison(Pace const& pace, std::optional<Pace> const& base) {
  if (!base) return "a plan fits there";
  double const speed = pace.sequences_per_s() / base->sequences_per_s();
  bool const exact = pace.global_batch * base->device_count == base->global_batch * pace.device_count;
  return fmt::format("{:.2f} times the speed for {:.2f} times the device-hours a token{}", speed,
                     real(pace.device_count) / real(base->device_count) / speed,
                     exact ? "" : ", with the batch that comes nearest to the same work a device and divides");
}

std::optional<Neighbour> faster_with_fewer(TrainingJob const& job, Pace const& base, Machine const& machine,
                                           SearchOptions const& options) {
  std::optional<Pace> fastest;
  for (std::int64_t const count : smoother_counts(base.device_count, machine)) {
    auto const pace = best_pace(job, base.device_count, count, machine, options);
    if (pace && (!fastest || pace->sequences_per_s() > fastest->sequences_per_s())) fastest = pace;
  }
  if (!fastest) return std::nullopt;
  double const gain = fastest->sequences_per_s() / base.sequences_per_s();
  if (gain < least_gain) return std::nullopt;
  return neighbour_of(
      *fastest, job,
      fmt::format("{}use {} and a global batch of {}: {:.2f} times faster with {} fewer",
                  hostile_factor(base.device_count), text(fastest->device_count), text(fastest->global_batch), gain,
                  profiles::format_counted(base.device_count - fastest->device_count, "device")));
}

}  // namespace

std::vector<Neighbour> neighbours(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                                  SearchOptions const& options, RankedPlans const& ranked) {
  std::optional<Pace> base;
  if (!ranked.plans.empty())
    base = options.keep < keeps_fastest
               ? pace_of(job, device_count, machine, options)
               : Pace{device_count, job.global_batch, ranked.plans.front().estimate.step_time_s.median};

  std::vector<Neighbour> result;
  if (base) {
    if (auto const fewer = faster_with_fewer(job, *base, machine, options)) result.push_back(*fewer);
  }
  for (std::int64_t const wanted : {device_count / 2, device_count * 2}) {
    if (wanted < 1) continue;
    auto const count = smooth_count(nearest_whole_counts(wanted, machine).front(), machine);
    if ((count > device_count) != (wanted > device_count)) continue;
    if (auto const pace = best_pace(job, device_count, count, machine, options))
      result.push_back(neighbour_of(*pace, job, comparison(*pace, base)));
  }
  return result;
}

}  // namespace hpcadvise::advisor

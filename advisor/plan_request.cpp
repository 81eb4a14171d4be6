// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_request.hpp"

#include "advisor/plan_space.hpp"
#include "profiles/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <optional>

namespace hpcadvise::advisor {
namespace {

std::int64_t devices_of(Machine const& machine) {
  return machine.node_count ? *machine.node_count * machine.devices_per_node : std::numeric_limits<std::int64_t>::max();
}

std::optional<std::int64_t> nearest_batch(TrainingJob job, std::int64_t device_count, Machine const& machine) {
  std::int64_t const asked = job.global_batch;
  for (std::int64_t distance = 1; distance <= std::max<std::int64_t>(asked, device_count); ++distance) {
    for (std::int64_t const batch : {asked - distance, asked + distance}) {
      job.global_batch = batch;
      if (batch >= 1 && can_plan(job, device_count, machine)) return batch;
    }
  }
  return std::nullopt;
}

// A count that is whole but that this batch does not suit is named with the batch that does.
std::string whole_counts(TrainingJob const& job, std::int64_t device_count, Machine const& machine) {
  std::vector<std::string> counts;
  for (std::int64_t const count : nearest_whole_counts(device_count, machine)) {
    auto const batch = can_plan(job, count, machine) ? std::nullopt : nearest_batch(job, count, machine);
    counts.push_back(batch ? fmt::format("{} (with a global batch of {})", count, *batch) : fmt::format("{}", count));
  }
  return fmt::format("nearest device counts that work: {}", fmt::join(counts, ", "));
}

std::string suggestion(TrainingJob const& job, std::int64_t device_count, Machine const& machine) {
  if (!device_count_problem(device_count, machine).empty()) return whole_counts(job, device_count, machine);
  std::vector<std::string> parts;
  if (auto const counts = nearest_device_counts(job, device_count, machine); !counts.empty())
    parts.push_back(fmt::format("nearest device counts that work: {}", fmt::join(counts, ", ")));
  if (auto const batch = nearest_batch(job, device_count, machine))
    parts.push_back(fmt::format("nearest global batch that works: {}", *batch));
  return fmt::format("{}", fmt::join(parts, "; "));
}

// Some cut over tensor, context and pipeline parallelism leaves a data-parallel size that divides the batch.
bool divides(TrainingJob const& job, std::int64_t device_count, Machine const& machine) {
  ParallelPlan plan;
  plan.global_batch = job.global_batch;
  for (std::int64_t const context : context_sizes(job, device_count)) {
    for (std::int64_t const tensor : divisors(device_count / context)) {
      for (std::int64_t const pipeline : divisors(device_count / context / tensor)) {
        plan.context_parallel = context;
        plan.tensor_parallel = tensor;
        plan.pipeline_parallel = pipeline;
        plan.data_parallel = device_count / context / tensor / pipeline;
        if (job.global_batch % plan.data_parallel == 0 &&
            plan_problem(job, plan, machine, FrameworkKind::unknown).empty())
          return true;
      }
    }
  }
  return false;
}

}  // namespace

std::string device_count_problem(std::int64_t device_count, Machine const& machine) {
  if (device_count < 1) return fmt::format("{} devices: below 1", device_count);
  if (device_count > devices_of(machine))
    return fmt::format("{} devices: {} has {}", device_count, machine.name, devices_of(machine));
  if (device_count > machine.devices_per_node && device_count % machine.devices_per_node != 0)
    return fmt::format("{} devices do not fill nodes of {}", device_count, machine.devices_per_node);
  return {};
}

std::vector<std::int64_t> nearest_whole_counts(std::int64_t device_count, Machine const& machine) {
  std::int64_t const node = machine.devices_per_node;
  std::int64_t const most = devices_of(machine);
  if (device_count < 1) return {1};
  if (device_count >= most) return {most};
  if (device_count <= node) return {device_count};
  std::int64_t const below = device_count / node * node;
  return below == device_count || below + node > most ? std::vector{below} : std::vector{below, below + node};
}

bool can_plan(TrainingJob const& job, std::int64_t device_count, Machine const& machine) {
  return job.global_batch >= 1 && device_count_problem(device_count, machine).empty() &&
         divides(job, device_count, machine);
}

std::vector<std::int64_t> nearest_device_counts(TrainingJob const& job, std::int64_t device_count,
                                                Machine const& machine) {
  std::vector<std::int64_t> counts;
  std::int64_t const most = std::min(devices_of(machine), 2 * std::max<std::int64_t>(device_count, 1));
  std::int64_t const from = std::clamp<std::int64_t>(device_count, 1, most);
  for (std::int64_t count = from; count >= std::max<std::int64_t>(1, from / 2); --count) {
    if (count == device_count || !can_plan(job, count, machine)) continue;
    counts.push_back(count);
    break;
  }
  for (std::int64_t count = std::max<std::int64_t>(1, device_count + 1); count <= std::min(most, 2 * from); ++count) {
    if (!can_plan(job, count, machine)) continue;
    if (counts.empty() || counts.back() != count) counts.push_back(count);
    break;
  }
  return counts;
}

void check_request(TrainingJob const& job, std::int64_t device_count, Machine const& machine) {
  if (job.sequence_length < 1)
    throw profiles::UsageError(fmt::format("sequence length {}: below 1", job.sequence_length),
                               "ask for a sequence length of 1 or more");
  if (job.global_batch < 1)
    throw profiles::UsageError(fmt::format("global batch {}: below 1", job.global_batch),
                               "ask for a global batch of 1 sequence or more");
  if (can_plan(job, device_count, machine)) return;

  std::string what = device_count_problem(device_count, machine);
  if (what.empty())
    what = fmt::format("{} devices and a global batch of {}: no plan divides them", device_count, job.global_batch);
  throw profiles::UsageError(what, suggestion(job, device_count, machine));
}

}  // namespace hpcadvise::advisor

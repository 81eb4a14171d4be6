// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_request.hpp"

#include "advisor/plan_space.hpp"
#include "profiles/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace hpcadvise::advisor {
namespace {

bool fills_nodes(std::int64_t device_count, Machine const& machine) {
  return device_count <= machine.devices_per_node || device_count % machine.devices_per_node == 0;
}

bool machine_has(std::int64_t device_count, Machine const& machine) {
  return !machine.node_count || device_count <= *machine.node_count * machine.devices_per_node;
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

std::string suggestion(TrainingJob const& job, std::int64_t device_count, Machine const& machine) {
  std::string text;
  if (auto const counts = nearest_device_counts(job, device_count, machine); !counts.empty())
    text = fmt::format("nearest device counts that work: {}", fmt::join(counts, ", "));
  if (fills_nodes(device_count, machine) && machine_has(device_count, machine)) {
    if (auto const batch = nearest_batch(job, device_count, machine))
      text += fmt::format("{}nearest global batch that works: {}", text.empty() ? "" : "; ", *batch);
  }
  return text;
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
        if (job.global_batch % plan.data_parallel == 0 && plan_problem(job, plan, machine).empty()) return true;
      }
    }
  }
  return false;
}

}  // namespace

bool can_plan(TrainingJob const& job, std::int64_t device_count, Machine const& machine) {
  return device_count >= 1 && job.global_batch >= 1 && fills_nodes(device_count, machine) &&
         machine_has(device_count, machine) && divides(job, device_count, machine);
}

std::vector<std::int64_t> nearest_device_counts(TrainingJob const& job, std::int64_t device_count,
                                                Machine const& machine) {
  std::vector<std::int64_t> counts;
  std::int64_t const most =
      machine.node_count ? *machine.node_count * machine.devices_per_node : 2 * std::max<std::int64_t>(device_count, 1);
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

  std::string what =
      fmt::format("{} devices and a global batch of {}: no plan divides them", device_count, job.global_batch);
  if (device_count < 1)
    what = fmt::format("{} devices: below 1", device_count);
  else if (!machine_has(device_count, machine))
    what = fmt::format("{} devices: {} has {}", device_count, machine.name,
                       *machine.node_count * machine.devices_per_node);
  else if (!fills_nodes(device_count, machine))
    what = fmt::format("{} devices do not fill nodes of {}", device_count, machine.devices_per_node);
  throw profiles::UsageError(what, suggestion(job, device_count, machine));
}

}  // namespace hpcadvise::advisor

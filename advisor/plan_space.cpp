// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_space.hpp"

#include "advisor/rates.hpp"
#include "profiles/error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hpcadvise::advisor {
namespace {

struct Layout {
  std::int64_t tensor;
  std::int64_t pipeline;
  std::int64_t data;
};

std::vector<Layout> layouts(TrainingJob const& job, std::int64_t device_count, Machine const& machine) {
  std::vector<Layout> result;
  for (std::int64_t const tensor : divisors(device_count)) {
    for (std::int64_t const pipeline : divisors(device_count / tensor)) {
      std::int64_t const data = device_count / tensor / pipeline;
      ParallelPlan plan;
      plan.tensor_parallel = tensor;
      plan.pipeline_parallel = pipeline;
      plan.data_parallel = data;
      plan.global_batch = job.global_batch;
      if (plan_problem(job, plan, machine).empty()) result.push_back({tensor, pipeline, data});
    }
  }
  return result;
}

std::vector<Sharding> shardings(Layout const& layout) {
  if (layout.data == 1) return {Sharding::none};
  if (layout.pipeline > 1) return {Sharding::none, Sharding::zero1};
  return {Sharding::none, Sharding::zero1, Sharding::zero2, Sharding::zero3};
}

std::vector<Recompute> recomputes(Machine const& machine, EstimateOptions const& options) {
  // With fused attention there is no score matrix to save, so Megatron's selective recomputation saves nothing.
  bool const fused = has_fused_attention(machine, options.flash_attention);
  if (fused && !framework_traits(options.framework).selective_repeats_gemms) return {Recompute::none, Recompute::full};
  return {Recompute::none, Recompute::selective, Recompute::full};
}

std::vector<bool> sequence_parallels(TrainingJob const& job, Layout const& layout) {
  if (layout.tensor > 1 && job.sequence_length % layout.tensor == 0) return {false, true};
  return {false};
}

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

}  // namespace

std::vector<std::int64_t> divisors(std::int64_t number) {
  std::vector<std::int64_t> low;
  std::vector<std::int64_t> high;
  for (std::int64_t divisor = 1; divisor * divisor <= number; ++divisor) {
    if (number % divisor != 0) continue;
    low.push_back(divisor);
    if (divisor != number / divisor) high.push_back(number / divisor);
  }
  low.insert(low.end(), high.rbegin(), high.rend());
  return low;
}

std::vector<ParallelPlan> legal_plans(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                                      EstimateOptions const& options) {
  std::vector<ParallelPlan> plans;
  auto const recompute_kinds = recomputes(machine, options);
  for (Layout const& layout : layouts(job, device_count, machine)) {
    for (std::int64_t const micro_batch : divisors(job.global_batch / layout.data)) {
      for (Sharding const sharding : shardings(layout)) {
        for (Recompute const recompute : recompute_kinds) {
          for (bool const sequence_parallel : sequence_parallels(job, layout)) {
            ParallelPlan plan;
            plan.tensor_parallel = layout.tensor;
            plan.pipeline_parallel = layout.pipeline;
            plan.data_parallel = layout.data;
            plan.sharding = sharding;
            plan.micro_batch = micro_batch;
            plan.global_batch = job.global_batch;
            plan.recompute = recompute;
            plan.sequence_parallel = sequence_parallel;
            plans.push_back(plan);
          }
        }
      }
    }
  }
  return plans;
}

bool can_plan(TrainingJob const& job, std::int64_t device_count, Machine const& machine) {
  return device_count >= 1 && job.global_batch >= 1 && fills_nodes(device_count, machine) &&
         machine_has(device_count, machine) && !layouts(job, device_count, machine).empty();
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
  if (job.model.experts)
    throw profiles::UsageError(
        fmt::format("model '{}': the cost of mixture of experts is not modelled yet", job.model.name),
        "ask for a dense model");
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

// SPDX-License-Identifier: Apache-2.0
#include "advisor/memory_estimate.hpp"

#include "advisor/constants.hpp"
#include "advisor/framework.hpp"
#include "advisor/operators.hpp"
#include "advisor/rates.hpp"
#include "advisor/saved_activations.hpp"
#include "advisor/stage_layout.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace hpcadvise::advisor {
namespace {

double real(std::int64_t value) { return static_cast<double>(value); }

struct StateBytes {
  double weight;
  double gradient;
  double optimizer;
};

// Bytes of one parameter (Rajbhandari et al. 2020, section 3.1: 2 + 2 + 12 for mixed-precision Adam; frameworks that
// accumulate gradients in fp32 hold more, see FrameworkTraits). FP8 training keeps 16-bit weights.
StateBytes state_bytes(TrainingJob const& job, FrameworkTraits const& framework) {
  double const moments = job.optimizer == Optimizer::adamw ? 2 : 1;
  double const element = profiles::bytes_per_element(job.precision);
  if (element > 2) return {element, element, moments * element};
  // fp16 gradients are reduced as they are; the fp32 copy beside them is what bf16 accumulation adds.
  double const gradient = job.precision == profiles::Precision::fp16 ? 4 : framework.gradient_bytes;
  if (framework.fp32_weights) return {4, gradient, moments * 4};
  return {2, gradient, 4 + moments * 4};
}

// Parameters of the layer being computed and the one fetched ahead, and one layer's gradients before they are
// scattered; embedding and head stay gathered (PyTorch FSDP's root unit).
double gathered_bytes(TrainingJob const& job, ParallelPlan const& plan, ParameterCount const& count) {
  double const ends = count.embedding + count.lm_head;
  return (3 * count.per_layer + ends) * activation_bytes_per_element(job) / real(plan.tensor_parallel);
}

MemoryEstimate stage_memory(TrainingJob const& job, ParallelPlan const& plan, EstimateOptions const& options,
                            Stage const& stage, std::int64_t index) {
  auto const& framework = framework_traits(options.framework);
  auto const count = count_parameters(job.model);
  double const parameters = stage_parameters(job.model, count, stage, plan.tensor_parallel);
  auto const bytes = state_bytes(job, framework);
  double const shard = real(plan.data_parallel);

  MemoryEstimate memory;
  memory.weights_bytes = parameters * bytes.weight / (plan.sharding >= Sharding::zero3 ? shard : 1);
  memory.gradients_bytes = parameters * bytes.gradient / (plan.sharding >= Sharding::zero2 ? shard : 1);
  memory.optimizer_bytes = parameters * bytes.optimizer / (plan.sharding >= Sharding::zero1 ? shard : 1);

  // 1F1B holds a micro-batch for each stage from here to the last (Narayanan et al. 2021, section 2.2.1).
  std::int64_t const micro_batches = std::max<std::int64_t>(1, plan.gradient_accumulation());
  double const in_flight = real(std::min(micro_batches, plan.pipeline_parallel - index));
  auto const saved = saved_activations(job, plan, options);
  if (stage.has_head) memory.logits_bytes = saved.logits_bytes;
  // The logits are gone before the first layer is recomputed: what the larger of the two needs is enough for both.
  memory.activations_bytes =
      in_flight * real(stage.layers) * saved.layer_bytes + std::max(0.0, saved.working_bytes - memory.logits_bytes);

  std::array const groups{plan.tensor_parallel, plan.pipeline_parallel, plan.context_parallel, plan.data_parallel};
  auto const communicators = std::count_if(groups.begin(), groups.end(), [](std::int64_t size) { return size > 1; });
  memory.communication_bytes = static_cast<double>(communicators) * constants::communicator_bytes;
  if (plan.sharding == Sharding::zero3)
    memory.communication_bytes += gathered_bytes(job, plan, count);
  else if (plan.sharding != Sharding::none)
    memory.communication_bytes += framework.zero_bucket_bytes;
  memory.fragmentation_bytes = constants::fragmentation * memory.allocated_bytes();
  return memory;
}

}  // namespace

MemoryEstimate estimate_memory(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                               EstimateOptions const& options) {
  // What the machine cannot do fused keeps its scores.
  EstimateOptions const possible{options.framework, has_fused_attention(machine, options.flash_attention)};
  auto const stages = stage_layout(job.model, plan, framework_traits(options.framework));
  MemoryEstimate fullest;
  // The first stage holds the most activations, the last the logits; with unequal layers the second may hold most.
  for (std::size_t index = 0; index < stages.size(); ++index) {
    if (index > 1 && index + 1 < stages.size()) continue;
    auto const memory = stage_memory(job, plan, possible, stages[index], static_cast<std::int64_t>(index));
    if (memory.total_bytes() > fullest.total_bytes()) fullest = memory;
  }
  fullest.runtime_bytes = machine.runtime_bytes;
  fullest.capacity_bytes = machine.memory_bytes;
  return fullest;
}

std::string_view largest_part(MemoryEstimate const& memory) {
  struct Part {
    std::string_view name;
    double bytes;
  };
  std::array const parts{
      Part{"activations", memory.activations_bytes}, Part{"optimizer", memory.optimizer_bytes},
      Part{"weights", memory.weights_bytes},         Part{"gradients", memory.gradients_bytes},
      Part{"logits", memory.logits_bytes},           Part{"communication", memory.communication_bytes},
      Part{"runtime", memory.runtime_bytes},         Part{"fragmentation", memory.fragmentation_bytes}};
  return std::max_element(parts.begin(), parts.end(),
                          [](auto const& left, auto const& right) { return left.bytes < right.bytes; })
      ->name;
}

}  // namespace hpcadvise::advisor

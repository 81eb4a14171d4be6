// SPDX-License-Identifier: Apache-2.0
#include "advisor/memory_estimate.hpp"

#include "advisor/constants.hpp"
#include "advisor/framework.hpp"
#include "advisor/memory_parts.hpp"
#include "advisor/operators.hpp"
#include "advisor/rates.hpp"
#include "advisor/sharded_state.hpp"

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
// accumulate gradients in fp32 hold more, see FrameworkTraits). FP8 training keeps 16-bit weights. All this of a
// trained parameter: a frozen one is held as it is computed with.
StateBytes state_bytes(TrainingJob const& job, ParallelPlan const& plan, FrameworkTraits const& framework) {
  double const moments = is_adam(job.optimizer) ? 2 : 1;
  double const element = profiles::bytes_per_element(job.precision);
  if (element > 2) return {element, element, moments * element};
  if (holds_16_bit_state(job.optimizer)) return {2, 2, moments * 2};
  // fp16 gradients are reduced as they are; the fp32 copy beside them is what bf16 accumulation adds.
  bool const is_fp16 = job.precision == profiles::Precision::fp16;
  bool const in_16_bit = framework.has_bf16_optimizer && !is_fp16 && !runs_bf16_optimizer(job, plan, framework);
  double const gradient = is_fp16 ? 4 : in_16_bit ? 2 : framework.gradient_bytes;
  if (framework.fp32_weights) return {4, gradient, moments * 4};
  return {2, gradient, 4 + moments * 4};
}

// Micro-batches whose activations a stage holds, in units of its layers. GPipe: all. 1F1B: one for each stage from here
// to the last (Narayanan et al. 2021, section 2.2.1); interleaved, in chunks of 1/v of the stage: 2 (p - 1 - i) + (v -
// 1) p
// + 1 of them (Megatron-LM's schedule: its warm-up, and the one it works on).
double micro_batches_in_flight(ParallelPlan const& plan, std::int64_t index) {
  double const micro_batches = std::max(1.0, real(plan.gradient_accumulation()));
  double const later = real(plan.pipeline_parallel - index);
  if (plan.schedule == Schedule::gpipe) return micro_batches;
  if (plan.virtual_stages == 1) return std::min(micro_batches, later);
  double const v = real(plan.virtual_stages);
  return std::min(micro_batches, (2 * (later - 1) + (v - 1) * real(plan.pipeline_parallel) + 1) / v);
}

double ends_of(ParallelPlan const& plan, ParameterParts const& parts) {
  return (parts.embedding + (parts.tied ? 0 : parts.head)) / real(plan.tensor_parallel);
}

// FSDP gathers on a stream of its own, of whose memory no other stream is given any: embedding and head, and two layers
// at a time (torch/distributed/fsdp/_fully_shard/_fsdp_param_group.py, AllGatherState).
double gather_pool_bytes(TrainingJob const& job, ParallelPlan const& plan, FrameworkTraits const& framework,
                         ParameterParts const& parts) {
  if (!framework.pytorch_data_parallel || plan.sharding != Sharding::zero3) return 0;
  double layer = 0;
  for (std::size_t kind = 0; kind < parts.kinds.size(); ++kind)
    layer = std::max(layer, one_layer_parameters(parts, kind, plan).all().total());
  return (ends_of(plan, parts) + 2 * layer) * activation_bytes_per_element(job);
}

// Parameters of the layer being computed and the one fetched ahead, and one layer's gradients before they are
// scattered; embedding and head stay gathered (PyTorch FSDP's root unit). FSDP holds those gradients a second time, as
// they are reduced, and the head's, the first to be computed, until the root's turn comes. With adapters only theirs
// are gradients.
double gathered_layers_bytes(TrainingJob const& job, ParallelPlan const& plan, FrameworkTraits const& framework,
                             ParameterParts const& parts) {
  bool const is_fsdp = framework.pytorch_data_parallel;
  double const element = activation_bytes_per_element(job);
  double const reduced = holds_16_bit_state(job.optimizer) ? element : framework.gradient_wire_bytes;
  double const gradient = element + (is_fsdp ? reduced : 0);
  double largest_layer = 0;
  for (std::size_t kind = 0; kind < parts.kinds.size(); ++kind) {
    auto const layer = one_layer_parameters(parts, kind, plan);
    largest_layer = std::max(largest_layer, 2 * layer.all().total() * element + layer.trained.total() * gradient);
  }
  double const head_gradients = is_fsdp && !job.lora ? parts.head / real(plan.tensor_parallel) : 0;
  return largest_layer + (ends_of(plan, parts) + head_gradients) * element;
}

// DeepSpeed gathers matrix by matrix ahead, of experts a whole layer's (deepspeed/utils/z3_leaf_module.py), until as
// many parameters are live as it may keep; of a larger one that and its gradients
// (deepspeed/runtime/zero/partitioned_param_coordinator.py, fetch_sub_module).
double gathered_modules_bytes(TrainingJob const& job, ParallelPlan const& plan, double live_parameters,
                              ParameterParts const& parts, double all_parameters) {
  double module = parts.largest_matrix / real(plan.tensor_parallel);
  for (std::size_t kind = 0; kind < parts.kinds.size(); ++kind)
    module = std::max(module, device_parameters(parts.kinds[kind], plan).experts);
  double const gradients = job.lora ? 0 : module;
  return std::min(std::max(live_parameters, module + gradients), all_parameters) * activation_bytes_per_element(job);
}

double gathered_bytes(TrainingJob const& job, ParallelPlan const& plan, FrameworkTraits const& framework,
                      ParameterParts const& parts, double all_parameters) {
  return framework.live_parameters == 0
             ? gathered_layers_bytes(job, plan, framework, parts)
             : gathered_modules_bytes(job, plan, framework.live_parameters, parts, all_parameters);
}

MemoryEstimate stage_memory(TrainingJob const& job, ParallelPlan const& plan, FrameworkTraits const& framework,
                            ModelFacts const& facts, MicroBatchMemory const& micro_batch, Stage const& stage,
                            std::int64_t index) {
  auto const parameters = stage_parameters(facts.parts, stage, plan);
  auto const bytes = state_bytes(job, plan, framework);
  auto const shared = shared_state(job, plan, framework);
  auto const held = [&](DeviceParameters const& kept, bool is_shared) {
    return is_shared ? shard_of(kept, plan) : kept.total();
  };

  MemoryEstimate memory;
  auto const on_host = host_state(plan, framework);
  auto const place = [&](double part_bytes, bool host, double& device_bytes) {
    (host ? memory.host_bytes : device_bytes) += part_bytes;
  };
  place(held(parameters.trained, shared.weights) * bytes.weight +
            held(parameters.frozen, shared.weights) * activation_bytes_per_element(job),
        on_host.weights, memory.weights_bytes);
  place(held(parameters.trained, shared.gradients) * bytes.gradient, on_host.gradients, memory.gradients_bytes);
  place(held(parameters.trained, shared.optimizer) * bytes.optimizer, on_host.optimizer, memory.optimizer_bytes);
  if (on_host.optimizer && !on_host.gradients)  // a copy to step on
    memory.host_bytes += held(parameters.trained, shared.optimizer) * bytes.gradient;

  double saved_bytes = 0;
  double working_bytes = 0;
  for (std::size_t kind = 0; kind < facts.kinds.size(); ++kind) {
    if (stage.layers[kind] == 0) continue;
    auto const& layer = micro_batch.kinds[kind];
    saved_bytes += real(stage.layers[kind]) * layer.layer_bytes;
    working_bytes = std::max(working_bytes, layer.working_bytes);
  }
  if (stage.has_head) {
    saved_bytes += micro_batch.multi_token_bytes;
    memory.logits_bytes = micro_batch.logits_bytes;
  }
  // What is left of the logits when the first layer is recomputed makes room for it, or it needs more than they did.
  double const room_bytes = memory.logits_bytes * (1 - framework.logit_share_kept);
  memory.activations_bytes =
      micro_batches_in_flight(plan, index) * saved_bytes + std::max(0.0, working_bytes - room_bytes);

  // Gradients come as activations go.
  if (framework.frees_gradients && plan.gradient_accumulation() == 1 && plan.pipeline_parallel == 1)
    memory.gradients_bytes = std::max(0.0, memory.gradients_bytes - memory.activations_bytes - memory.logits_bytes);

  std::array const groups{plan.tensor_parallel, plan.pipeline_parallel, plan.context_parallel, plan.expert_parallel,
                          plan.data_parallel};
  auto const communicators = std::count_if(groups.begin(), groups.end(), [](std::int64_t size) { return size > 1; });
  memory.runtime_bytes = static_cast<double>(communicators) * constants::communicator_bytes;
  bool const keeps_gathered = plan.gathers_once() || (plan.sharding == Sharding::zero2 && shared.weights);
  if (keeps_gathered)
    memory.communication_bytes = parameters.all().total() * activation_bytes_per_element(job);
  else if (plan.sharding == Sharding::zero3 || on_host.weights)
    memory.communication_bytes = gathered_bytes(job, plan, framework, facts.parts, parameters.all().total());
  else if (framework.pytorch_data_parallel && plan.data_parallel > 1)
    memory.communication_bytes = parameters.trained.total() * bytes.gradient;
  else if (plan.sharding != Sharding::none)  // no bucket is larger than all that it could hold
    memory.communication_bytes =
        std::min(framework.zero_bucket_bytes, parameters.trained.total() * activation_bytes_per_element(job));
  memory.stream_pool_bytes = gather_pool_bytes(job, plan, framework, facts.parts);
  memory.fragmentation_bytes = constants::fragmentation * memory.tensor_bytes() + memory.stream_pool_bytes;
  return memory;
}

}  // namespace

MicroBatchMemory micro_batch_memory(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                                    EstimateOptions const& options, ModelFacts const& facts) {
  // What the machine cannot do fused keeps its scores.
  EstimateOptions possible = options;
  if (!has_fused_attention(machine, attention_kernel(options))) possible.attention = AttentionKernel::unfused;
  MicroBatchMemory memory;
  for (LayerKind const& kind : facts.kinds) memory.kinds.push_back(layer_activations(job, plan, possible, kind));
  double const modules = real(job.model.multi_token_modules);
  if (modules > 0)
    memory.multi_token_bytes = modules * layer_activations(job, plan, possible, last_layer_kind(job.model)).layer_bytes;
  memory.logits_bytes = (1 + modules) * logits_bytes(job, plan, possible);
  return memory;
}

MemoryEstimate memory_of(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                         FrameworkTraits const& framework, ModelFacts const& facts, MicroBatchMemory const& micro_batch,
                         std::span<Stage const> stages) {
  MemoryEstimate fullest;
  double host_bytes = 0;  // of a device
  // The first stage holds the most activations, the last the logits; with unequal layers the second may hold most.
  for (std::size_t index = 0; index < stages.size(); ++index) {
    if (index > 1 && index + 1 < stages.size()) continue;
    auto const memory =
        stage_memory(job, plan, framework, facts, micro_batch, stages[index], static_cast<std::int64_t>(index));
    host_bytes = std::max(host_bytes, memory.host_bytes);
    if (memory.total_bytes() > fullest.total_bytes()) fullest = memory;
  }
  fullest.host_bytes = host_bytes * real(std::min(machine.devices_per_node, plan.device_count()));
  fullest.host_capacity_bytes = machine.host_memory_bytes;
  fullest.runtime_bytes += machine.runtime_bytes;
  fullest.capacity_bytes = machine.memory_bytes;
  return fullest;
}

MemoryEstimate estimate_memory(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                               EstimateOptions const& options) {
  auto const facts = model_facts(job, plan);
  auto const& framework = framework_traits(options.framework);
  auto const stages = stage_layout(job.model, plan, framework);
  return memory_of(job, plan, machine, framework, facts, micro_batch_memory(job, plan, machine, options, facts),
                   stages);
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

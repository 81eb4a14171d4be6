// SPDX-License-Identifier: Apache-2.0
#include "advisor/framework_limits.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace hpcadvise::advisor {
namespace {

constexpr Shardings all{};
constexpr Shardings up_to_zero1{.zero2 = false, .zero3 = false};
constexpr Shardings up_to_zero2{.zero3 = false};
constexpr Shardings no_zero2{.zero2 = false};
// FSDP's FULL_SHARD is ZeRO-3, its SHARD_GRAD_OP (FSDP2: reshard_after_forward=False) ZeRO-2, and without it there is
// plain data parallelism (pytorch/torchtitan, docs/fsdp.md).
constexpr Shardings fsdp_or_none{.zero1 = false};
constexpr Shardings fsdp_alone{.none = false, .zero1 = false};

constexpr OffloadRange any_stage{Sharding::zero1, Sharding::zero3};
constexpr OffloadRange all_sharded{Sharding::zero3, Sharding::zero3};
constexpr OffloadRange optimizer_sharded{Sharding::zero1, Sharding::zero1};

}  // namespace

bool Shardings::has(Sharding sharding) const {
  switch (sharding) {
    case Sharding::none: return none;
    case Sharding::zero1: return zero1;
    case Sharding::zero2: return zero2;
    case Sharding::zero3: return zero3;
  }
  return false;
}

std::string to_string(Shardings shardings) {
  std::vector<std::string_view> names;
  for (auto const sharding : {Sharding::none, Sharding::zero1, Sharding::zero2, Sharding::zero3})
    if (shardings.has(sharding)) names.push_back(to_string(sharding));
  return fmt::format("{}", fmt::join(names, ", "));
}

// Schedules. Megatron-LM has no zero-bubble schedule, and before Core no context parallelism of either kind.
// DeepSpeed's pipeline engine knows 1F1B alone (deepspeed/runtime/pipe/schedule.py), its sequence parallelism is
// Ulysses. Plain FSDP trainers (llm-foundry, Accelerate) have no pipeline, nor has the Hugging Face Trainer. torchtitan
// has zero-bubble schedules beside its default, 1F1B (torchtitan/config, pipeline_parallel_schedule), InternEvo ZB-H1
// (parallel.pipeline.mode), nanotron GPipe and 1F1B (parallel/pipeline_parallel/engine.py); a framework that is not
// stated is not taken to have one: zero_bubble_option() says what it would give. MaxText repeats its stages in a circle
// and leaves the backward pass to JAX (maxtext/layers/pipeline.py). Around a Hugging Face model DeepSpeed has no
// sequence parallelism beside its tensor parallelism (deepspeed.ai/docs/config-json, AutoTP), and Ulysses, no ring,
// with any ZeRO (huggingface.co/docs/transformers/deepspeed_alst).
//
// Sharding. Megatron-Core has a distributed optimizer, ZeRO-1, and all of them in Megatron-FSDP
// (docs/user-guide/features/megatron_fsdp.md); Megatron-LM before it had the first alone. DeepSpeed has all, one with
// its pipeline engine (deepspeed/runtime/pipe/engine.py: "ZeRO-2 and ZeRO-3 are incompatible with pipeline
// parallelism"), two beside AutoTP (deepspeed/runtime/engine.py). InternEvo has ZeRO-1 and PyTorch's FSDP, this without
// a pipeline (internlm/initialize/launch.py). nanotron has ZeRO-1 (nanotron/optim/zero.py). Accelerate and Composer,
// under llm-foundry, refuse tensor parallelism without FSDP (accelerate/parallelism_config.py; composer/core/state.py).
// So does torchtitan up to its release 0.2.2, of tensor and pipeline parallelism ("DDP has not supported > 1D
// parallelism", models/llama3/infra/parallelize.py; its main branch has it since March 2026, pull request 2458), and
// with context parallelism it always runs FSDP (distributed/parallel_dims.py). MaxText has ZeRO-1 and 3
// (maxtext/configs/base.yml, shard_optimizer_over_data, ici_fsdp_parallelism). torchtitan and MaxText alone are known
// to shard the parameters of pipeline stages.
//
// Experts are parallel in Megatron, DeepSpeed's own layers, torchtitan, MaxText, and in llm-foundry by MegaBlocks
// (llmfoundry/models/layers/dmoe.py, moe_world_size); FSDP and DeepSpeed around a Hugging Face model shard them like
// everything else.
//
// Recomputation. Hugging Face's models checkpoint every layer or none (transformers/modeling_utils.py,
// _set_gradient_checkpointing), and so does nanotron (config/parallelism_config.py, recompute_layer).
//
// DeepSpeed offloads at every stage of ZeRO (Ren et al. 2021, ZeRO-Offload), FSDP what it shards, Megatron-Core with
// its distributed optimizer (megatron/core/optimizer/optimizer_config.py, optimizer_cpu_offload).
FrameworkLimits framework_limits(FrameworkKind kind) {
  switch (kind) {
    case FrameworkKind::megatron_core:
    case FrameworkKind::nemo: return {.zero_bubble = false, .offload = optimizer_sharded};
    case FrameworkKind::megatron_legacy:
      return {.zero_bubble = false, .shardings = up_to_zero1, .ring_attention = false, .all_to_all_attention = false};
    case FrameworkKind::megatron_deepspeed:
      return {.interleaved = false, .zero_bubble = false, .ring_attention = false, .offload = any_stage};
    case FrameworkKind::hugging_face:
      return {.pipeline = false,
              .beside_tensors = up_to_zero2,
              .sequence_parallel = false,
              .ring_attention = false,
              .expert_parallel = false,
              .partial_recompute = false,
              .offload = any_stage};
    case FrameworkKind::pytorch:
    case FrameworkKind::pytorch_compiled:
      return {.pipeline = false,
              .beside_tensors = fsdp_alone,
              .beside_context = fsdp_alone,
              .expert_parallel = false,
              .offload = all_sharded};
    case FrameworkKind::fsdp_plain:
    case FrameworkKind::fsdp_plain_compiled:
    case FrameworkKind::fsdp_eager:
      return {.pipeline = false,
              .shardings = fsdp_or_none,
              .beside_tensors = fsdp_alone,
              .beside_context = fsdp_alone,
              .expert_parallel = false,
              .offload = all_sharded};
    case FrameworkKind::llm_foundry:
      return {.pipeline = false,
              .shardings = fsdp_or_none,
              .beside_tensors = fsdp_alone,
              .beside_context = fsdp_alone,
              .offload = all_sharded};
    case FrameworkKind::unknown: return {.zero_bubble = false, .offload = any_stage};
    case FrameworkKind::internevo: return {.shardings = no_zero2};
    case FrameworkKind::nanotron:
      return {.interleaved = false,
              .zero_bubble = false,
              .shardings = up_to_zero1,
              .all_to_all_attention = false,
              .partial_recompute = false};
    case FrameworkKind::torchtitan_eager:
    case FrameworkKind::fsdp_compiled:
      return {.shardings = fsdp_or_none,
              .beside_tensors = fsdp_alone,
              .beside_context = fsdp_alone,
              .in_pipeline = fsdp_alone,
              .offload = all_sharded};
    case FrameworkKind::maxtext: return {.zero_bubble = false, .shardings = no_zero2, .in_pipeline = all};
  }
  return {};
}

Shardings possible_shardings(FrameworkLimits const& limits, ParallelPlan const& plan) {
  Shardings const& tensors = plan.tensor_parallel > 1 ? limits.beside_tensors : all;
  Shardings const& context = plan.context_parallel > 1 ? limits.beside_context : all;
  Shardings const& inside = plan.pipeline_parallel > 1 ? limits.in_pipeline : all;
  bool const nothing_to_share = plan.data_parallel * plan.context_parallel == 1;
  auto const possible = [&](Sharding sharding) {
    return limits.shardings.has(sharding) && tensors.has(sharding) && context.has(sharding) && inside.has(sharding);
  };
  return {nothing_to_share || possible(Sharding::none), possible(Sharding::zero1), possible(Sharding::zero2),
          possible(Sharding::zero3)};
}

bool can_shard(FrameworkLimits const& limits, ParallelPlan const& plan) {
  return possible_shardings(limits, plan).has(plan.sharding);
}

bool has_unproven_sharding(FrameworkKind framework, ParallelPlan const& plan) {
  return is_megatron_core(framework) && plan.sharding >= Sharding::zero2;
}

bool can_offload(FrameworkLimits const& limits, ParallelPlan const& plan) {
  return limits.offload && limits.offload->least <= plan.sharding && plan.sharding <= limits.offload->most &&
         !plan.gathers_once();
}

std::optional<MissingFeature> missing_feature(FrameworkLimits const& limits, ParallelPlan const& plan) {
  bool const in_context = plan.context_parallel > 1;
  bool const ring = plan.context_exchange == ContextExchange::ring;
  struct Row {
    bool missing;
    MissingFeature feature;
  };
  for (Row const& row :
       {Row{plan.pipeline_parallel > 1 && !limits.pipeline, {"pipeline parallelism", "leave pp out"}},
        Row{plan.virtual_stages > 1 && !limits.interleaved, {"interleaved stages", "leave vpp out"}},
        Row{plan.schedule == Schedule::zero_bubble && !limits.zero_bubble,
            {"a zero-bubble schedule", "leave schedule out"}},
        Row{plan.sequence_parallel && !limits.sequence_parallel,
            {"sequence parallelism", "leave sequence_parallel out"}},
        Row{in_context && ring && !limits.ring_attention,
            {"context parallelism round a ring",
             limits.all_to_all_attention ? "give context_exchange=all_to_all" : "leave cp out"}},
        Row{in_context && !ring && !limits.all_to_all_attention,
            {"context parallelism by all-to-all",
             limits.ring_attention ? "give context_exchange=ring" : "leave cp out"}},
        Row{plan.expert_parallel > 1 && !limits.expert_parallel, {"expert parallelism", "leave ep out"}}})
    if (row.missing) return row.feature;
  return std::nullopt;
}

bool offers(FrameworkLimits const& limits, ParallelPlan const& plan) {
  bool const partial = plan.recompute == Recompute::selective || plan.recompute_interval > 1;
  return (limits.partial_recompute || !partial) && !missing_feature(limits, plan);
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a kind of framework cannot do, so that the search does not propose it. Where this table is not sure it allows,
// but for offload, which has to be known of.

#include "advisor/framework.hpp"
#include "advisor/parallel_plan.hpp"

#include <optional>

namespace hpcadvise::advisor {

// With which sharding a framework keeps the optimizer's state on the host and steps it there.
struct OffloadRange {
  Sharding least;
  Sharding most;
};

struct FrameworkLimits {
  bool pipeline = true;
  bool interleaved = true;
  bool zero_bubble = true;
  bool sharded_pipeline = false;  // ZeRO-3 or FSDP inside of pipeline stages
  bool sharded_tensors = true;    // the same of what tensor parallelism has cut
  bool sequence_parallel = true;  // beside tensor parallelism
  bool ring_attention = true;
  bool all_to_all_attention = true;
  std::optional<OffloadRange> offload{};
};

// Megatron-LM has no zero-bubble schedule, and before Core no context parallelism of either kind. DeepSpeed's pipeline
// engine knows 1F1B alone (deepspeed/runtime/pipe/schedule.py), its sequence parallelism is Ulysses. Plain FSDP
// trainers (llm-foundry, Accelerate) have no pipeline, nor has the Hugging Face Trainer. torchtitan has zero-bubble
// schedules beside its default, 1F1B (torchtitan/config, pipeline_parallel_schedule), InternEvo ZB-H1
// (parallel.pipeline.mode); a framework that is not stated is not taken to have one: zero_bubble_option() says what it
// would give. MaxText repeats its stages in a circle and leaves the backward pass to JAX (maxtext/layers/pipeline.py).
// torchtitan and MaxText alone shard the parameters of pipeline stages. Around a Hugging Face model DeepSpeed cuts
// tensors under ZeRO-2 at most, without sequence parallelism (deepspeed.ai/docs/config-json, AutoTP), and has Ulysses,
// no ring (huggingface.co/docs/transformers/deepspeed_alst). DeepSpeed offloads at every stage of ZeRO (Ren et al.
// 2021, ZeRO-Offload), FSDP what it shards, Megatron-Core with its distributed optimizer
// (megatron/core/optimizer/optimizer_config.py, optimizer_cpu_offload).
inline FrameworkLimits framework_limits(FrameworkKind kind) {
  constexpr OffloadRange any_stage{Sharding::zero1, Sharding::zero3};
  constexpr OffloadRange all_sharded{Sharding::zero3, Sharding::zero3};
  constexpr OffloadRange optimizer_sharded{Sharding::zero1, Sharding::zero1};
  switch (kind) {
    case FrameworkKind::megatron_core:
    case FrameworkKind::nemo: return {.zero_bubble = false, .offload = optimizer_sharded};
    case FrameworkKind::megatron_legacy:
      return {.zero_bubble = false, .ring_attention = false, .all_to_all_attention = false};
    case FrameworkKind::megatron_deepspeed:
      return {.interleaved = false, .zero_bubble = false, .ring_attention = false, .offload = any_stage};
    case FrameworkKind::hugging_face:
      return {.pipeline = false,
              .sharded_tensors = false,
              .sequence_parallel = false,
              .ring_attention = false,
              .offload = any_stage};
    case FrameworkKind::fsdp_plain:
    case FrameworkKind::fsdp_plain_compiled:
    case FrameworkKind::fsdp_eager: return {.pipeline = false, .offload = all_sharded};
    case FrameworkKind::unknown: return {.zero_bubble = false, .offload = any_stage};
    case FrameworkKind::internevo: return {};
    case FrameworkKind::torchtitan_eager:
    case FrameworkKind::fsdp_compiled: return {.sharded_pipeline = true, .offload = all_sharded};
    case FrameworkKind::maxtext: return {.zero_bubble = false, .sharded_pipeline = true};
  }
  return {};
}

inline bool can_shard(FrameworkLimits const& limits, ParallelPlan const& plan) {
  if (plan.gathers_once() && !limits.sharded_pipeline) return false;
  return plan.sharding < Sharding::zero3 || plan.tensor_parallel == 1 || limits.sharded_tensors;
}

// Inside of pipeline stages no framework is known to do it to what is sharded.
inline bool can_offload(FrameworkLimits const& limits, ParallelPlan const& plan) {
  return limits.offload && limits.offload->least <= plan.sharding && plan.sharding <= limits.offload->most &&
         !plan.gathers_once();
}

}  // namespace hpcadvise::advisor

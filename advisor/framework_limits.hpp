// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a kind of framework cannot do, so that the search does not propose it. Where this table is not sure it allows.

#include "advisor/framework.hpp"

namespace hpcadvise::advisor {

struct FrameworkLimits {
  bool pipeline = true;
  bool interleaved = true;
  bool zero_bubble = true;
  bool sharded_pipeline = false;  // ZeRO-3 or FSDP inside of pipeline stages
  bool ring_attention = true;
  bool all_to_all_attention = true;
};

// Megatron-LM has no zero-bubble schedule, and before Core no context parallelism of either kind. DeepSpeed's pipeline
// engine knows 1F1B alone (deepspeed/runtime/pipe/schedule.py), its sequence parallelism is Ulysses. Plain FSDP
// trainers (llm-foundry, Accelerate) have no pipeline, nor has the Hugging Face Trainer. torchtitan has zero-bubble
// schedules beside its default, 1F1B (torchtitan/config, pipeline_parallel_schedule), InternEvo ZB-H1
// (parallel.pipeline.mode); a framework that is not stated is not taken to have one: zero_bubble_option() says what it
// would give. Of these torchtitan alone shards the parameters of pipeline stages.
inline FrameworkLimits framework_limits(FrameworkKind kind) {
  switch (kind) {
    case FrameworkKind::megatron_core: return {.zero_bubble = false};
    case FrameworkKind::megatron_legacy:
      return {.zero_bubble = false, .ring_attention = false, .all_to_all_attention = false};
    case FrameworkKind::megatron_deepspeed:
      return {.interleaved = false, .zero_bubble = false, .ring_attention = false};
    case FrameworkKind::hugging_face:
    case FrameworkKind::fsdp_plain:
    case FrameworkKind::fsdp_eager: return {.pipeline = false};
    case FrameworkKind::unknown: return {.zero_bubble = false};
    case FrameworkKind::internevo: return {};
    case FrameworkKind::fsdp_compiled:
    case FrameworkKind::maxtext: return {.sharded_pipeline = true};
  }
  return {};
}

}  // namespace hpcadvise::advisor

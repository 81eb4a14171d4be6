// SPDX-License-Identifier: Apache-2.0
#pragma once

// What of a stage's state one device keeps, and how much of it.

#include "advisor/framework.hpp"
#include "advisor/model_spec.hpp"
#include "advisor/parallel_plan.hpp"
#include "advisor/stage_layout.hpp"

#include <cstdint>

namespace hpcadvise::advisor {

// Ranks that hold the same experts: those of a stage that expert and expert-tensor parallelism leave over. At least 1.
std::int64_t expert_replicas(ParallelPlan const& plan);

// DeepSpeed's bf16 optimizer, see FrameworkTraits. Where ZeRO is asked for without a pipeline its own optimizer steps
// in, whose gradients are in 16 bit (deepspeed/runtime/engine.py, get_data_types, _do_optimizer_sanity_check).
bool runs_bf16_optimizer(TrainingJob const& job, ParallelPlan const& plan, FrameworkTraits const& framework);

// How often a micro-batch gathers each parameter: before its forward pass, and with ZeRO-3 before the backward pass
// too.
int gathers_of_micro_batch(ParallelPlan const& plan, FrameworkTraits const& framework);

// What the ranks that hold the same parameters share among them.
struct SharedState {
  bool weights = false;
  bool gradients = false;
  bool optimizer = false;
};
SharedState shared_state(TrainingJob const& job, ParallelPlan const& plan, FrameworkTraits const& framework);

// What of it a plan with offload keeps on the host and not on the device. The optimizer steps there, on gradients that
// are copied to it in any case; DeepSpeed's leave the device as soon as they are reduced where ZeRO shards them
// (Ren et al. 2021, ZeRO-Offload, section 4.1).
struct HostState {
  bool weights = false;
  bool gradients = false;
  bool optimizer = false;
};
HostState host_state(ParallelPlan const& plan, FrameworkTraits const& framework);

// A device's part of what is shared. Dense parameters are spread over shard_size() devices; experts over as many, or
// over all that hold the same where those are fewer.
double shard_of(DeviceParameters const& parameters, ParallelPlan const& plan);

}  // namespace hpcadvise::advisor

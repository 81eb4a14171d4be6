// SPDX-License-Identifier: Apache-2.0
#include "advisor/sharded_state.hpp"

#include <algorithm>

namespace hpcadvise::advisor {

std::int64_t expert_replicas(ParallelPlan const& plan) {
  std::int64_t const ranks = plan.data_parallel * plan.context_parallel * plan.tensor_parallel;
  return std::max<std::int64_t>(1, ranks / (plan.expert_parallel * plan.expert_tensor_parallel));
}

bool runs_bf16_optimizer(TrainingJob const& job, ParallelPlan const& plan, FrameworkTraits const& framework) {
  bool const replaced = plan.sharding != Sharding::none && plan.pipeline_parallel == 1;
  return framework.has_bf16_optimizer && job.precision == profiles::Precision::bf16 && !replaced;
}

int gathers_of_micro_batch(ParallelPlan const& plan, FrameworkTraits const& framework) {
  if (plan.gathers_once()) return 0;
  if (plan.sharding == Sharding::zero3) return 2;
  return plan.sharding == Sharding::zero2 && framework.zero2_gathers ? 1 : 0;
}

SharedState shared_state(TrainingJob const& job, ParallelPlan const& plan, FrameworkTraits const& framework) {
  bool const always = runs_bf16_optimizer(job, plan, framework);
  return {plan.gathers_once() || gathers_of_micro_batch(plan, framework) > 0,
          plan.sharding >= Sharding::zero2 && !plan.gathers_once(), plan.sharding >= Sharding::zero1 || always};
}

HostState host_state(ParallelPlan const& plan, FrameworkTraits const& framework) {
  if (plan.offload == Offload::none) return {};
  return {framework.offloads_weights, framework.offloads_weights || plan.sharding >= Sharding::zero2, true};
}

double shard_of(DeviceParameters const& parameters, ParallelPlan const& plan) {
  std::int64_t const experts = std::min(plan.shard_size(), expert_replicas(plan));
  return parameters.dense / static_cast<double>(plan.shard_size()) + parameters.experts / static_cast<double>(experts);
}

}  // namespace hpcadvise::advisor

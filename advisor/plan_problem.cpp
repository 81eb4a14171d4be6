// SPDX-License-Identifier: Apache-2.0
#include "advisor/step_estimate.hpp"

#include <fmt/format.h>

namespace hpcadvise::advisor {
namespace {

std::string not_modelled(TrainingJob const& job, ParallelPlan const& plan) {
  if (job.model.experts) return fmt::format("{}: the cost of mixture of experts is not modelled yet", job.model.name);
  if (plan.context_parallel > 1)
    return fmt::format("context parallel {}: its cost is not modelled yet", plan.context_parallel);
  if (plan.expert_parallel > 1)
    return fmt::format("expert parallel {}: {} has no experts", plan.expert_parallel, job.model.name);
  if (plan.virtual_stages > 1)
    return fmt::format("{} virtual stages: the interleaved schedule is not modelled yet", plan.virtual_stages);
  return {};
}

std::string shape_problem(ModelSpec const& model, ParallelPlan const& plan) {
  auto const t = plan.tensor_parallel;
  auto const heads = model.head_count;
  auto const kv_heads = model.kv_head_count;
  if (heads % t != 0) return fmt::format("tensor parallel {} does not divide {} heads", t, heads);
  if (kv_heads % t != 0 && t % kv_heads != 0)
    return fmt::format("tensor parallel {} and {} key/value heads do not divide each other", t, kv_heads);
  if (model.ffn_size % t != 0)
    return fmt::format("tensor parallel {} does not divide the FFN size {}", t, model.ffn_size);
  if (plan.pipeline_parallel > model.layer_count)
    return fmt::format("pipeline parallel {} exceeds {} layers", plan.pipeline_parallel, model.layer_count);
  if (plan.sequence_parallel && t == 1) return "sequence parallelism needs tensor parallelism";
  return {};
}

std::string batch_problem(ParallelPlan const& plan) {
  if (plan.global_batch % plan.data_parallel != 0)
    return fmt::format("data parallel {} does not divide the global batch {}", plan.data_parallel, plan.global_batch);
  auto const device_batch = plan.global_batch / plan.data_parallel;
  if (device_batch < plan.micro_batch)
    return fmt::format("micro-batch {} exceeds the {} sequences of a data-parallel rank", plan.micro_batch,
                       device_batch);
  // Without a pipeline a framework can cut the last micro-batch short.
  if (plan.pipeline_parallel > 1 && device_batch % plan.micro_batch != 0)
    return fmt::format("micro-batch {} does not divide the {} sequences of a data-parallel rank", plan.micro_batch,
                       device_batch);
  return {};
}

std::string sharding_problem(ParallelPlan const& plan) {
  if (plan.pipeline_parallel > 1 && plan.sharding >= Sharding::zero2)
    return fmt::format(
        "{} with a pipeline: gradients or parameters would travel for every micro-batch of the schedule; "
        "frameworks refuse it",
        to_string(plan.sharding));
  return {};
}

std::string machine_problem(ParallelPlan const& plan, Machine const& machine) {
  if (!machine.node_count) return {};
  auto const devices = *machine.node_count * machine.devices_per_node;
  if (plan.device_count() > devices)
    return fmt::format("{} devices: {} has {}", plan.device_count(), machine.name, devices);
  return {};
}

}  // namespace

std::string plan_problem(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine) {
  for (auto const& problem : {not_modelled(job, plan), shape_problem(job.model, plan), batch_problem(plan),
                              sharding_problem(plan), machine_problem(plan, machine)}) {
    if (!problem.empty()) return problem;
  }
  return {};
}

}  // namespace hpcadvise::advisor

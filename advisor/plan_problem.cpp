// SPDX-License-Identifier: Apache-2.0
#include "advisor/framework_limits.hpp"
#include "advisor/plan_request.hpp"
#include "advisor/step_estimate.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

namespace hpcadvise::advisor {
namespace {

std::string expert_problem(ModelSpec const& model, ParallelPlan const& plan) {
  auto const e = plan.expert_parallel;
  auto const et = plan.expert_tensor_parallel;
  if (!model.experts)
    return e > 1 || et > 1 ? fmt::format("expert parallel {}: {} has no experts", e * et, model.name) : "";
  if (model.experts->expert_count % e != 0)
    return fmt::format("expert parallel {} does not divide {}", e,
                       profiles::format_counted(model.experts->expert_count, "expert"));
  if (model.experts->expert_ffn_size % et != 0)
    return fmt::format("expert tensor parallel {} does not divide the experts' FFN size {}", et,
                       model.experts->expert_ffn_size);
  auto const ranks = plan.tensor_parallel * plan.context_parallel * plan.data_parallel;
  if (ranks % (e * et) != 0)
    return fmt::format("expert parallel {} x {} does not divide the {} of a stage", e, et,
                       profiles::format_counted(ranks, "device"));
  return {};
}

std::string context_problem(TrainingJob const& job, ParallelPlan const& plan) {
  auto const c = plan.context_parallel;
  if (job.sequence_length % c != 0)
    return fmt::format("context parallel {} does not divide the sequence of {}", c, job.sequence_length);
  if (plan.context_exchange == ContextExchange::all_to_all && job.model.kv_head_count % (c * plan.tensor_parallel) != 0)
    return fmt::format("all-to-all context parallel {} x tensor parallel {} does not divide {}", c,
                       plan.tensor_parallel, profiles::format_counted(job.model.kv_head_count, "key/value head"));
  return {};
}

std::string pipeline_problem(ModelSpec const& model, ParallelPlan const& plan) {
  if (plan.virtual_stages == 1) return {};
  if (plan.pipeline_parallel == 1) return fmt::format("{} virtual stages without a pipeline", plan.virtual_stages);
  if (plan.schedule != Schedule::one_forward_one_backward)
    return fmt::format("{} virtual stages: only 1F1B is interleaved", plan.virtual_stages);
  if (plan.pipeline_parallel * plan.virtual_stages > model.layer_count + 2)
    return fmt::format("{} stages of {} virtual ones exceed {}", plan.pipeline_parallel, plan.virtual_stages,
                       profiles::format_counted(model.layer_count, "layer"));
  return {};
}

std::string shape_problem(ModelSpec const& model, ParallelPlan const& plan) {
  auto const t = plan.tensor_parallel;
  auto const heads = model.head_count;
  auto const kv_heads = model.kv_head_count;
  if (heads % t != 0)
    return fmt::format("tensor parallel {} does not divide {}", t, profiles::format_counted(heads, "head"));
  if (kv_heads % t != 0 && t % kv_heads != 0)
    return fmt::format("tensor parallel {} and {} do not divide each other", t,
                       profiles::format_counted(kv_heads, "key/value head"));
  if (model.ffn_size % t != 0)
    return fmt::format("tensor parallel {} does not divide the FFN size {}", t, model.ffn_size);
  if (plan.pipeline_parallel > model.layer_count)
    return fmt::format("pipeline parallel {} exceeds {}", plan.pipeline_parallel,
                       profiles::format_counted(model.layer_count, "layer"));
  if (plan.sequence_parallel && t == 1) return "sequence parallelism needs tensor parallelism";
  return {};
}

std::string batch_problem(ParallelPlan const& plan) {
  if (plan.global_batch % plan.data_parallel != 0)
    return fmt::format("data parallel {} does not divide the global batch {}", plan.data_parallel, plan.global_batch);
  auto const device_batch = plan.global_batch / plan.data_parallel;
  if (device_batch < plan.micro_batch)
    return fmt::format("micro-batch {} exceeds the {} of a data-parallel rank", plan.micro_batch,
                       profiles::format_counted(device_batch, "sequence"));
  // Without a pipeline a framework can cut the last micro-batch short.
  if (plan.pipeline_parallel > 1 && device_batch % plan.micro_batch != 0)
    return fmt::format("micro-batch {} does not divide the {} of a data-parallel rank", plan.micro_batch,
                       profiles::format_counted(device_batch, "sequence"));
  return {};
}

std::string sharding_problem(ParallelPlan const& plan, FrameworkKind framework) {
  auto const limits = framework_limits(framework);
  if (can_shard(limits, plan)) return {};
  auto const sharding = to_string(plan.sharding);
  auto const name = framework == FrameworkKind::unknown ? "a framework that is not stated" : to_string(framework);
  auto const possible = to_string(possible_shardings(limits, plan));
  if (!limits.shardings.has(plan.sharding))
    return fmt::format("sharding={}: {} does not have it; possible here: {}", sharding, name, possible);
  if (plan.gathers_once())
    return fmt::format("{} with a pipeline: how {} shards inside of stages is not known, of torchtitan it is", sharding,
                       name);
  return fmt::format("sharding={} in {}, beside tensor, context or pipeline parallelism: possible are {}", sharding,
                     name, possible);
}

std::string offload_problem(ParallelPlan const& plan, Machine const& machine, FrameworkKind framework) {
  if (plan.offload == Offload::none) return {};
  if (!machine.host_bound) return fmt::format("offload to the host: {} is the host itself", machine.name);
  auto const limits = framework_limits(framework);
  if (can_offload(limits, plan)) return {};
  if (!limits.offload) return fmt::format("offload to the host: {} does not have it", to_string(framework));
  auto const [least, most] = *limits.offload;
  return fmt::format("offload=optimizer needs sharding={}{}{}{}", to_string(least),
                     least == most ? "" : fmt::format(" to {}", to_string(most)),
                     framework == FrameworkKind::unknown ? "" : fmt::format(" in {}", to_string(framework)),
                     plan.gathers_once() ? ", zero2 and zero3 without a pipeline" : "");
}

std::string machine_problem(ParallelPlan const& plan, Machine const& machine) {
  return device_count_problem(plan.device_count(), machine);
}

}  // namespace

std::string plan_problem(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                         FrameworkKind framework) {
  for (auto const& problem :
       {expert_problem(job.model, plan), context_problem(job, plan), pipeline_problem(job.model, plan),
        shape_problem(job.model, plan), batch_problem(plan), sharding_problem(plan, framework),
        offload_problem(plan, machine, framework), machine_problem(plan, machine)}) {
    if (!problem.empty()) return problem;
  }
  return {};
}

}  // namespace hpcadvise::advisor

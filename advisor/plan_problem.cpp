// SPDX-License-Identifier: Apache-2.0
#include "advisor/framework_limits.hpp"
#include "advisor/plan_request.hpp"
#include "advisor/plan_space.hpp"
#include "advisor/step_estimate.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hpcadvise::advisor {
namespace {

PlanProblem expert_problem(ModelSpec const& model, ParallelPlan const& plan) {
  auto const e = plan.expert_parallel;
  auto const et = plan.expert_tensor_parallel;
  if (!model.experts) {
    if (e == 1 && et == 1) return {};
    return {fmt::format("expert parallel {}: {} has no experts", e * et, model.name), "leave ep and etp out"};
  }
  auto const experts = model.experts->expert_count;
  if (experts % e != 0)
    return {fmt::format("expert parallel {} does not divide {}", e, profiles::format_counted(experts, "expert")),
            fmt::format("ep can be {}", fmt::join(divisors(experts), ", "))};
  if (model.experts->expert_ffn_size % et != 0)
    return {fmt::format("expert tensor parallel {} does not divide the experts' FFN size {}", et,
                        model.experts->expert_ffn_size),
            "give a divisor of it, or etp=1"};
  auto const ranks = plan.tensor_parallel * plan.context_parallel * plan.data_parallel;
  if (ranks % (e * et) != 0)
    return {fmt::format("expert parallel {} x {} does not divide the {} of a stage", e, et,
                        profiles::format_counted(ranks, "device")),
            "ep x etp has to divide tp x cp x dp"};
  return {};
}

PlanProblem context_problem(TrainingJob const& job, ParallelPlan const& plan) {
  auto const c = plan.context_parallel;
  if (job.sequence_length % c != 0)
    return {fmt::format("context parallel {} does not divide the sequence of {}", c, job.sequence_length),
            "give a cp that does, or another sequence length"};
  if (plan.context_exchange == ContextExchange::all_to_all && job.model.kv_head_count % (c * plan.tensor_parallel) != 0)
    return {fmt::format("all-to-all context parallel {} x tensor parallel {} does not divide {}", c,
                        plan.tensor_parallel, profiles::format_counted(job.model.kv_head_count, "key/value head")),
            "lower cp or tp, or take context_exchange=ring"};
  return {};
}

PlanProblem pipeline_problem(ModelSpec const& model, ParallelPlan const& plan) {
  if (plan.virtual_stages == 1) return {};
  if (plan.pipeline_parallel == 1)
    return {fmt::format("{} virtual stages without a pipeline", plan.virtual_stages), "leave vpp out, or give a pp"};
  if (plan.schedule != Schedule::one_forward_one_backward)
    return {fmt::format("{} virtual stages: only 1F1B is interleaved", plan.virtual_stages),
            "leave vpp or schedule out"};
  if (plan.pipeline_parallel * plan.virtual_stages > model.layer_count + 2)
    return {fmt::format("{} stages of {} virtual ones exceed {}", plan.pipeline_parallel, plan.virtual_stages,
                        profiles::format_counted(model.layer_count, "layer")),
            fmt::format("pp x vpp can be up to {}", model.layer_count + 2)};
  return {};
}

bool divides_heads(ModelSpec const& model, std::int64_t tensor) {
  return model.head_count % tensor == 0 && (model.kv_head_count % tensor == 0 || tensor % model.kv_head_count == 0);
}

std::string tensor_sizes(ModelSpec const& model) {
  std::vector<std::int64_t> sizes;
  for (std::int64_t const size : divisors(model.head_count))
    if (divides_heads(model, size) && model.ffn_size % size == 0) sizes.push_back(size);
  return fmt::format("tp can be {}", fmt::join(sizes, ", "));
}

PlanProblem shape_problem(ModelSpec const& model, ParallelPlan const& plan) {
  auto const t = plan.tensor_parallel;
  auto const heads = model.head_count;
  if (heads % t != 0)
    return {fmt::format("tensor parallel {} does not divide {}", t, profiles::format_counted(heads, "head")),
            tensor_sizes(model)};
  if (!divides_heads(model, t))
    return {fmt::format("tensor parallel {} and {} do not divide each other", t,
                        profiles::format_counted(model.kv_head_count, "key/value head")),
            tensor_sizes(model)};
  if (model.ffn_size % t != 0)
    return {fmt::format("tensor parallel {} does not divide the FFN size {}", t, model.ffn_size), tensor_sizes(model)};
  if (plan.pipeline_parallel > model.layer_count)
    return {fmt::format("pipeline parallel {} exceeds {}", plan.pipeline_parallel,
                        profiles::format_counted(model.layer_count, "layer")),
            fmt::format("pp can be up to {}", model.layer_count)};
  if (plan.sequence_parallel && t == 1)
    return {"sequence parallelism needs tensor parallelism", "leave sequence_parallel out, or give a tp"};
  return {};
}

PlanProblem batch_problem(ParallelPlan const& plan) {
  if (plan.global_batch % plan.data_parallel != 0)
    return {fmt::format("data parallel {} does not divide the global batch {}", plan.data_parallel, plan.global_batch),
            fmt::format("the next global batch that it divides: {}",
                        (plan.global_batch / plan.data_parallel + 1) * plan.data_parallel)};
  auto const device_batch = plan.global_batch / plan.data_parallel;
  if (device_batch < plan.micro_batch)
    return {fmt::format("micro-batch {} exceeds the {} of a data-parallel rank", plan.micro_batch,
                        profiles::format_counted(device_batch, "sequence")),
            fmt::format("micro_batch can be up to {}, or global_batch {} or more", device_batch,
                        plan.micro_batch * plan.data_parallel)};
  // Without a pipeline a framework can cut the last micro-batch short.
  if (plan.pipeline_parallel > 1 && device_batch % plan.micro_batch != 0)
    return {fmt::format("micro-batch {} does not divide the {} of a data-parallel rank", plan.micro_batch,
                        profiles::format_counted(device_batch, "sequence")),
            fmt::format("give a micro_batch that divides {}, or another global_batch", device_batch)};
  return {};
}

// Megatron-Core's groups can be larger than pp, but only where it is told so, and never of fewer micro-batches than pp
// (megatron/core/pipeline_parallel/schedules.py, microbatch_group_size_per_vp_stage).
bool interleaves_in_rounds(FrameworkKind framework) {
  return is_megatron_core(framework) || framework == FrameworkKind::megatron_legacy;
}

PlanProblem rounds_problem(ParallelPlan const& plan, FrameworkKind framework, std::optional<std::int64_t> told) {
  if (plan.virtual_stages == 1 || !interleaves_in_rounds(framework)) return {};
  if (told && *told > plan.pipeline_parallel) return {};
  auto const micro_batches = plan.gradient_accumulation();
  if (micro_batches % plan.pipeline_parallel == 0) return {};
  auto const round = plan.micro_batch * plan.data_parallel * plan.pipeline_parallel;
  return {fmt::format("{} virtual stages: {} takes micro-batches in rounds of pp={}, here they are {}",
                      plan.virtual_stages, to_string(framework), plan.pipeline_parallel, micro_batches),
          fmt::format("leave vpp out, or give a global_batch that is a multiple of {}, such as {}", round,
                      (plan.global_batch / round + 1) * round)};
}

PlanProblem sharding_problem(ParallelPlan const& plan, FrameworkKind framework) {
  auto const limits = framework_limits(framework);
  if (can_shard(limits, plan)) return {};
  auto const sharding = to_string(plan.sharding);
  auto const name = framework == FrameworkKind::unknown ? "a framework that is not stated" : to_string(framework);
  auto const next = fmt::format("give one of these: sharding={}", to_string(possible_shardings(limits, plan)));
  if (!limits.shardings.has(plan.sharding))
    return {fmt::format("sharding={}: {} does not have it", sharding, name), next};
  if (plan.gathers_once())
    return {fmt::format("{} with a pipeline: how {} shards inside of stages is not known, of torchtitan it is",
                        sharding, name),
            "give sharding=zero1, or leave pp out"};
  return {
      fmt::format("sharding={} beside tensor, context or pipeline parallelism: {} does not have it", sharding, name),
      next};
}

PlanProblem offload_problem(ParallelPlan const& plan, Machine const& machine, FrameworkKind framework) {
  if (plan.offload == Offload::none) return {};
  std::string const without = "leave offload out";
  if (!machine.host_bound) return {fmt::format("offload to the host: {} is the host itself", machine.name), without};
  auto const limits = framework_limits(framework);
  if (can_offload(limits, plan)) return {};
  if (!limits.offload) return {fmt::format("offload to the host: {} does not have it", to_string(framework)), without};
  auto const [least, most] = *limits.offload;
  return {fmt::format("offload=optimizer needs sharding={}{}{}{}", to_string(least),
                      least == most ? "" : fmt::format(" to {}", to_string(most)),
                      framework == FrameworkKind::unknown ? "" : fmt::format(" in {}", to_string(framework)),
                      plan.gathers_once() ? ", zero2 and zero3 without a pipeline" : ""),
          "give that sharding, or " + without};
}

PlanProblem machine_problem(ParallelPlan const& plan, Machine const& machine) {
  auto what = device_count_problem(plan.device_count(), machine);
  if (what.empty()) return {};
  return {std::move(what), fmt::format("nearest device counts that work: {}",
                                       fmt::join(nearest_whole_counts(plan.device_count(), machine), ", "))};
}

}  // namespace

PlanProblem plan_problem(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                         FrameworkKind framework, std::optional<std::int64_t> round) {
  for (auto const& problem :
       {expert_problem(job.model, plan), context_problem(job, plan), pipeline_problem(job.model, plan),
        shape_problem(job.model, plan), batch_problem(plan), rounds_problem(plan, framework, round),
        sharding_problem(plan, framework), offload_problem(plan, machine, framework), machine_problem(plan, machine)}) {
    if (!problem.empty()) return problem;
  }
  return {};
}

}  // namespace hpcadvise::advisor

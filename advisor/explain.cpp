// SPDX-License-Identifier: Apache-2.0
#include "advisor/explain.hpp"

#include "advisor/framework.hpp"
#include "advisor/rates.hpp"
#include "advisor/stage_layout.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>
#include <utility>

namespace hpcadvise::advisor {
namespace {

using profiles::format_bytes;
using profiles::format_ratio_as_percent;

std::vector<TermRow> largest_first(StepTerms const& terms) {
  auto rows = term_rows();
  std::sort(rows.begin(), rows.end(), [&](TermRow const& left, TermRow const& right) {
    return std::tuple(-(terms.*left.value), left.name) < std::tuple(-(terms.*right.value), right.name);
  });
  return rows;
}

std::string share_sentence(StepTerms const& terms) {
  auto const rows = largest_first(terms);
  std::vector<std::string> parts;
  for (std::size_t index = 0; index < 3; ++index) {
    double const share = terms.*rows[index].value / terms.total_s();
    if (share >= 0.01) parts.push_back(fmt::format("{} {}", rows[index].label, format_ratio_as_percent(share)));
  }
  return fmt::format("of the step: {}", fmt::join(parts, "; "));
}

std::string memory_sentence(MemoryEstimate const& memory) {
  double const headroom = memory.capacity_bytes - memory.total_bytes();
  return fmt::format("memory: {} of {} on the fullest device, {} the largest part{}",
                     format_bytes(memory.total_bytes()), format_bytes(memory.capacity_bytes), largest_part(memory),
                     headroom < 0.1 * memory.capacity_bytes ? "; memory binds" : "");
}

std::string bubble_sentence(ParallelPlan const& plan) {
  return fmt::format("pipeline: {} over {}",
                     profiles::format_counted(plan.gradient_accumulation(), "micro-batch", "micro-batches"),
                     profiles::format_counted(plan.pipeline_parallel, "stage"));
}

// "29 of 2 layers, 3 of 1"
std::string stage_sizes(std::vector<Stage> const& stages) {
  std::map<std::int64_t, int, std::greater<>> stages_of;
  for (Stage const& stage : stages) ++stages_of[stage.layer_count()];
  std::vector<std::string> parts;
  parts.reserve(stages_of.size());
  for (auto const& [layers, count] : stages_of)
    parts.push_back(parts.empty() ? fmt::format("{} of {}", count, profiles::format_counted(layers, "layer"))
                                  : fmt::format("{} of {}", count, layers));
  return fmt::format("{}", fmt::join(parts, ", "));
}

// Megatron-Core splits evenly unless told otherwise (megatron/training/arguments.py).
std::string stages_sentence(ModelSpec const& model, ParallelPlan const& plan, FrameworkKind framework) {
  std::int64_t const chunks = plan.pipeline_parallel * plan.virtual_stages;
  if (plan.pipeline_parallel == 1 || model.layer_count % chunks == 0) return {};
  auto const& traits = framework_traits(framework);
  bool const with_ends = ends_are_items(model, plan, traits);
  auto const text = fmt::format(
      "{} do not divide into {}: stages {}{}", profiles::format_counted(model.layer_count, "layer"),
      plan.virtual_stages == 1 ? profiles::format_counted(chunks, "stage") : profiles::format_counted(chunks, "chunk"),
      stage_sizes(stage_layout(model, plan, traits)), with_ends ? ", embedding and head in place of a layer" : "");
  if (!is_megatron_core(framework)) return text;
  return fmt::format("{}, by {}", text,
                     with_ends ? "--account-for-embedding-in-pipeline-split --account-for-loss-in-pipeline-split"
                               : "--pipeline-model-parallel-layout");
}

std::string tensor_parallel_sentence(ParallelPlan const& plan, Machine const& machine) {
  std::int64_t const linked = machine.linked_devices();
  if (plan.tensor_parallel <= linked) return {};
  return fmt::format("tensor parallelism leaves the {}: its collectives run over the network",
                     linked > machine.devices_per_node ? fmt::format("link domain of {} devices", linked) : "node");
}

// Megatron-Core's default, the attention core, frees nothing where that is fused.
std::string recompute_sentence(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                               EstimateOptions const& options) {
  if (plan.recompute != Recompute::selective || !framework_traits(options.framework).selective_repeats_activations ||
      !has_fused_attention(machine, attention_kernel(options)))
    return {};
  return fmt::format("recompute=selective is --recompute-granularity selective --recompute-modules layernorm{}",
                     job.model.experts ? " moe_act" : "");
}

// NeMo and Megatron-Bridge have keys of the same names in their recipes.
std::string sharding_sentence(ParallelPlan const& plan, FrameworkKind framework) {
  if (!is_megatron_core(framework) || plan.sharding < Sharding::zero2) return {};
  return fmt::format("sharding={} is Megatron-FSDP: --use-megatron-fsdp --data-parallel-sharding-strategy {}{}",
                     to_string(plan.sharding), plan.sharding == Sharding::zero2 ? "optim_grads" : "optim_grads_params",
                     plan.shard_group > 0 ? fmt::format(" --num-distributed-optimizer-instances {}",
                                                        plan.data_parallel / plan.shard_group)
                                          : "");
}

}  // namespace

std::vector<std::string> explain(TrainingJob const& job, StepEstimate const& estimate, Machine const& machine,
                                 EstimateOptions const& options) {
  std::vector<std::string> sentences{share_sentence(estimate.terms), memory_sentence(estimate.memory)};
  ParallelPlan const& plan = estimate.plan;
  if (plan.pipeline_parallel > 1) sentences.push_back(bubble_sentence(plan));
  if (auto sentence = stages_sentence(job.model, plan, options.framework); !sentence.empty())
    sentences.push_back(std::move(sentence));
  if (auto sentence = tensor_parallel_sentence(plan, machine); !sentence.empty())
    sentences.push_back(std::move(sentence));
  if (job.model.head_size % 8 != 0)
    sentences.push_back(
        fmt::format("head size {} is not a multiple of 8: unfused attention runs at a small fraction "
                    "of its rate; change the number of heads",
                    job.model.head_size));
  if (auto sentence = recompute_sentence(job, plan, machine, options); !sentence.empty())
    sentences.push_back(std::move(sentence));
  if (auto sentence = sharding_sentence(plan, options.framework); !sentence.empty())
    sentences.push_back(std::move(sentence));
  return sentences;
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_gains.hpp"

#include "advisor/critical_batch.hpp"
#include "advisor/framework_limits.hpp"
#include "advisor/memory_verdict.hpp"
#include "advisor/rates.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <utility>

namespace hpcadvise::advisor {
namespace {

constexpr double least_gain = 0.01;  // of tokens a second; less is not said
constexpr std::size_t most_said = 3;

// One part of a plan turned; nothing where that part has no such turn.
using Turn = std::optional<ParallelPlan> (*)(ParallelPlan);

std::optional<ParallelPlan> larger_batch(ParallelPlan plan) {
  plan.global_batch *= 2;
  return plan;
}

std::optional<ParallelPlan> larger_micro_batch(ParallelPlan plan) {
  plan.micro_batch *= 2;
  return plan;
}

std::optional<ParallelPlan> larger_micro_batch_repeating_norms(ParallelPlan plan) {
  if (plan.recompute >= Recompute::selective) return std::nullopt;
  plan.recompute = Recompute::selective;
  return larger_micro_batch(plan);
}

std::optional<ParallelPlan> larger_micro_batch_repeating_layers(ParallelPlan plan) {
  if (plan.recompute == Recompute::full && plan.recompute_interval == 1) return std::nullopt;
  plan.recompute = Recompute::full;
  plan.recompute_interval = 1;
  return larger_micro_batch(plan);
}

// Where a rank has no more sequences than its micro-batch.
std::optional<ParallelPlan> larger_both(ParallelPlan plan) {
  if (plan.gradient_accumulation() > 1) return std::nullopt;
  plan.global_batch *= 2;
  return larger_micro_batch(plan);
}

std::optional<ParallelPlan> smaller_micro_batch(ParallelPlan plan) {
  if (plan.micro_batch % 2 != 0) return std::nullopt;
  plan.micro_batch /= 2;
  return plan;
}

std::optional<ParallelPlan> recompute_less(ParallelPlan plan) {
  if (plan.recompute == Recompute::none) return std::nullopt;
  plan.recompute = plan.recompute == Recompute::full ? Recompute::selective : Recompute::none;
  plan.recompute_interval = 1;
  return plan;
}

std::optional<ParallelPlan> recompute_fewer_layers(ParallelPlan plan) {
  if (plan.recompute != Recompute::full) return std::nullopt;
  plan.recompute_interval *= 2;
  return plan;
}

std::optional<ParallelPlan> shard_less(ParallelPlan plan) {
  if (plan.sharding == Sharding::none) return std::nullopt;
  plan.sharding = static_cast<Sharding>(static_cast<int>(plan.sharding) - 1);
  plan.shard_group = 0;
  return plan;
}

std::optional<ParallelPlan> smaller_shard_group(ParallelPlan plan) {
  if (plan.sharding != Sharding::zero3) return std::nullopt;
  auto const group = plan.shard_group > 0 ? plan.shard_group : plan.data_parallel;
  if (group % 2 != 0 || group == 2) return std::nullopt;
  plan.shard_group = group / 2;
  return plan;
}

// Half as many devices to a group, twice as many groups.
std::optional<ParallelPlan> narrower(ParallelPlan plan, std::int64_t ParallelPlan::*group) {
  if (plan.*group % 2 != 0) return std::nullopt;
  plan.*group /= 2;
  plan.data_parallel *= 2;
  plan.sequence_parallel = plan.sequence_parallel && plan.tensor_parallel > 1;
  if (plan.expert_tensor_parallel > plan.tensor_parallel) plan.expert_tensor_parallel = plan.tensor_parallel;
  if (plan.context_parallel == 1) plan.context_exchange = ContextExchange::ring;
  if (plan.pipeline_parallel > 1) return plan;
  plan.virtual_stages = 1;
  plan.schedule = Schedule::one_forward_one_backward;
  return plan;
}
std::optional<ParallelPlan> less_tensor(ParallelPlan plan) { return narrower(plan, &ParallelPlan::tensor_parallel); }
std::optional<ParallelPlan> less_pipeline(ParallelPlan plan) {
  return narrower(plan, &ParallelPlan::pipeline_parallel);
}
std::optional<ParallelPlan> less_context(ParallelPlan plan) { return narrower(plan, &ParallelPlan::context_parallel); }

std::optional<ParallelPlan> less_expert(ParallelPlan plan) {
  if (plan.expert_parallel % 2 != 0) return std::nullopt;
  plan.expert_parallel /= 2;
  return plan;
}

std::optional<ParallelPlan> more_expert(ParallelPlan plan) {
  plan.expert_parallel *= 2;
  return plan;
}

std::optional<ParallelPlan> more_virtual_stages(ParallelPlan plan) {
  plan.virtual_stages *= 2;
  return plan;
}

constexpr std::array<Turn, 16> turns{larger_batch,
                                     larger_both,
                                     larger_micro_batch,
                                     larger_micro_batch_repeating_norms,
                                     larger_micro_batch_repeating_layers,
                                     smaller_micro_batch,
                                     recompute_less,
                                     recompute_fewer_layers,
                                     shard_less,
                                     smaller_shard_group,
                                     less_tensor,
                                     less_pipeline,
                                     less_context,
                                     less_expert,
                                     more_expert,
                                     more_virtual_stages};

// As the search has it (plan_space.cpp): whole layers recomputed, equal micro-batches, and interleaved ones in rounds
// of one for each stage.
bool divides_evenly(TrainingJob const& job, ParallelPlan const& plan, FrameworkKind framework) {
  if (plan.recompute_interval * plan.pipeline_parallel >= job.model.layer_count + plan.pipeline_parallel) return false;
  if (plan.global_batch % (plan.micro_batch * plan.data_parallel) != 0) return false;
  if (plan.virtual_stages == 1) return true;
  return framework_limits(framework).interleaved && plan.gradient_accumulation() % plan.pipeline_parallel == 0 &&
         job.model.layer_count % (plan.pipeline_parallel * plan.virtual_stages) == 0;
}

// More than the whole run, or than the critical batch.
bool batch_is_too_large(TrainingJob const& job) {
  double const step_tokens = static_cast<double>(job.global_batch) * static_cast<double>(job.sequence_length);
  if (job.tokens && step_tokens > *job.tokens) return true;
  return has_critical_batch(job) && step_tokens > critical_batch_tokens(job);
}

double tokens_factor(TrainingJob const& job, std::int64_t global_batch) {
  if (global_batch == job.global_batch || !has_critical_batch(job)) return 1;
  auto const length = static_cast<double>(job.sequence_length);
  return tokens_to_same_loss(1, static_cast<double>(job.global_batch) * length,
                             static_cast<double>(global_batch) * length, critical_batch_tokens(job));
}

// The newest that the device has faster kernels of.
AttentionKernel best_attention(Machine const& machine) {
  return machine.current_attention > 1 ? AttentionKernel::flash_3 : AttentionKernel::flash_2;
}

std::string what_changes(ParallelPlan const& from, ParallelPlan to) {
  if (from.global_batch == to.global_batch) return changed_parts(from, to);
  auto const batch = fmt::format("a global batch of {}", profiles::format_count(static_cast<double>(to.global_batch)));
  to.global_batch = from.global_batch;
  auto const rest = changed_parts(from, to);
  return rest.empty() ? batch : fmt::format("{} with {}", batch, rest);
}

}  // namespace

PlanGains plan_gains(TrainingJob const& job, StepEstimate const& estimate, Machine const& machine,
                     EstimateOptions const& options) {
  PlanGains result;
  auto const try_change = [&](std::string what, ParallelPlan const& plan, EstimateOptions const& there) {
    TrainingJob changed = job;
    changed.global_batch = plan.global_batch;
    auto const other = estimate_step(changed, plan, machine, there);
    if (memory_verdict(other.memory) > memory_verdict(estimate.memory)) return;
    ++result.tried;
    PlanGain const change{std::move(what), other.tokens_per_s_per_device / estimate.tokens_per_s_per_device - 1,
                          tokens_factor(job, plan.global_batch)};
    if (change.gain >= least_gain && 1 + change.gain > change.tokens_factor) result.gains.push_back(change);
  };
  for (Turn const turn : turns) {
    auto const plan = turn(estimate.plan);
    if (!plan) continue;
    TrainingJob changed = job;
    changed.global_batch = plan->global_batch;
    if (plan->global_batch > job.global_batch && batch_is_too_large(changed)) continue;
    if (!plan_problem(changed, *plan, machine, options.framework).empty()) continue;
    if (!divides_evenly(changed, *plan, options.framework)) continue;
    if (!offers(framework_limits(options.framework), *plan)) continue;
    try_change(what_changes(estimate.plan, *plan), *plan, options);
  }
  EstimateOptions compiled = options;
  compiled.framework = compiled_or_not(options.framework, true);
  if (compiled.framework != options.framework) try_change("compiled layers (torch.compile)", estimate.plan, compiled);

  EstimateOptions fused = options;
  fused.attention = best_attention(machine);
  if (*fused.attention > attention_kernel(options) && has_fused_attention(machine, *fused.attention))
    try_change(fmt::format("{} (--attention {})", known_as(*fused.attention), to_string(*fused.attention)),
               estimate.plan, fused);

  std::sort(result.gains.begin(), result.gains.end(), [](PlanGain const& left, PlanGain const& right) {
    return std::tie(right.gain, left.what) < std::tie(left.gain, right.what);
  });
  return result;
}

std::string gain_sentence(PlanGains const& gains) {
  std::string text;
  for (std::size_t index = 0; index < std::min(most_said, gains.gains.size()); ++index) {
    PlanGain const& gain = gains.gains[index];
    text += fmt::format("{}{}: +{:.1f} %{}", index == 0 ? "" : "; ", gain.what, 100 * gain.gain,
                        index == 0 ? " tokens/s" : "");
    if (gain.tokens_factor > 1)
      text += fmt::format(", for {:.0f} % more tokens to the same loss", 100 * (gain.tokens_factor - 1));
    if (index == 0 && gains.gains.size() > 1) text += fmt::format(", the most of {} changes tried", gains.tried);
  }
  if (text.empty()) return {};
  return fmt::format("would raise the rate{}: {}", gains.gains.size() > 1 ? ", each by itself" : "", text);
}

}  // namespace hpcadvise::advisor

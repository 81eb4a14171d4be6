// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_space.hpp"

#include "advisor/framework_limits.hpp"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

namespace hpcadvise::advisor {
namespace {

constexpr std::int64_t least_context_block = 128;  // tokens

// Interleaved, a stage is cut into equal chunks. The ends, and multi-token modules, count as layers where only so they
// divide (DeepSeek-V3: 61 layers, embedding, head and one module on 16 stages of 4 chunks).
bool divides_into(ModelSpec const& model, std::int64_t chunks) {
  std::int64_t const most = model.layer_count + 2 + model.multi_token_modules;
  return most / chunks * chunks >= model.layer_count;
}

std::vector<ScheduleChoice> schedules(ModelSpec const& model, std::int64_t pipeline, FrameworkLimits const& limits) {
  std::vector<ScheduleChoice> choices{{}};
  if (pipeline == 1) return choices;
  if (limits.zero_bubble) choices.push_back({Schedule::zero_bubble, 1});
  if (!limits.interleaved) return choices;
  for (std::int64_t chunks = 2; chunks * pipeline <= model.layer_count + 2; ++chunks)
    if (divides_into(model, chunks * pipeline)) choices.push_back({Schedule::one_forward_one_backward, chunks});
  return choices;
}

// Copies of the model's state in groups of a power of two, of what one, two, four ... nodes hold, and of a half, a
// quarter ... of all ranks.
std::vector<std::int64_t> shard_groups(std::int64_t data, std::int64_t in_node) {
  std::vector<std::int64_t> groups;
  for (std::int64_t const first : {std::int64_t{2}, in_node})
    for (std::int64_t group = first; group > 1 && group < data; group *= 2)
      if (data % group == 0) groups.push_back(group);
  for (std::int64_t group = data; group % 2 == 0 && group > 2; group /= 2) groups.push_back(group / 2);
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  return groups;
}

bool shares_state(ParallelPlan const& plan) { return plan.data_parallel * plan.context_parallel > 1; }

std::vector<ShardingChoice> shardings(ParallelPlan const& plan, std::int64_t in_node, FrameworkLimits const& limits) {
  auto const possible = possible_shardings(limits, plan);
  std::vector<ShardingChoice> choices;
  if (possible.none) choices.emplace_back();
  if (!shares_state(plan)) return choices;
  if (possible.zero1) choices.push_back({Sharding::zero1, 0});
  // Under a pipeline that is ZeRO-3: gathers_once().
  if (possible.zero2 && plan.pipeline_parallel == 1) choices.push_back({Sharding::zero2, 0});
  if (!possible.zero3) return choices;
  choices.push_back({Sharding::zero3, 0});
  for (std::int64_t const group : shard_groups(plan.data_parallel, in_node))
    choices.push_back({Sharding::zero3, group});
  return choices;
}

// A rank that has nobody to share with runs any stage of ZeRO, for its offload.
void add_offload(std::vector<ShardingChoice>& choices, ParallelPlan plan, FrameworkLimits const& limits) {
  std::vector<ShardingChoice> candidates = choices;
  if (!shares_state(plan)) candidates = {{Sharding::zero1, 0}, {Sharding::zero2, 0}, {Sharding::zero3, 0}};
  for (ShardingChoice candidate : candidates) {
    apply(candidate, plan);
    candidate.offload = Offload::optimizer;
    if (can_shard(limits, plan) && can_offload(limits, plan)) choices.push_back(candidate);
  }
}

std::vector<RecomputeChoice> recomputes(ModelSpec const& model, std::int64_t pipeline, FrameworkLimits const& limits) {
  if (!limits.partial_recompute) return {{Recompute::none, 1}, {Recompute::full, 1}};
  std::vector<RecomputeChoice> choices{{Recompute::none, 1}, {Recompute::selective, 1}};
  for (std::int64_t const interval : recompute_intervals(model, pipeline))
    choices.push_back({Recompute::full, interval});
  return choices;
}

bool repeats_less(RecomputeChoice const& left, RecomputeChoice const& right) {
  return std::tie(left.recompute, right.interval) < std::tie(right.recompute, left.interval);
}

// What some cut has.
std::vector<RecomputeChoice> recomputes_of_any(std::span<std::unique_ptr<Cut> const> cuts) {
  std::vector<RecomputeChoice> choices;
  for (auto const& cut : cuts) choices.insert(choices.end(), cut->recomputes.begin(), cut->recomputes.end());
  std::ranges::sort(choices, repeats_less);
  choices.erase(std::unique(choices.begin(), choices.end()), choices.end());
  return choices;
}

// Expert parallelism and the tensor parallelism of experts, over the ranks that tensor, context and data parallelism
// make together.
struct ExpertCut {
  std::int64_t expert = 1;
  std::int64_t tensor = 1;
};
std::vector<ExpertCut> expert_cuts(ModelSpec const& model, std::int64_t tensor, std::int64_t ranks,
                                   FrameworkLimits const& limits) {
  if (!model.experts) return {{}};
  std::vector<ExpertCut> cuts;
  for (std::int64_t const expert : divisors(limits.expert_parallel ? model.experts->expert_count : 1))
    for (std::int64_t const expert_tensor : divisors(tensor))
      if (ranks % (expert * expert_tensor) == 0) cuts.push_back({expert, expert_tensor});
  return cuts;
}

class SpaceBuilder {
 public:
  SpaceBuilder(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
               EstimateOptions const& options)
      : job_(job),
        device_count_(device_count),
        machine_(machine),
        framework_(options.framework),
        limits_(framework_limits(options.framework)) {
    base_.global_batch = job.global_batch;
  }

  PlanSpace build() {
    for (std::int64_t const context : context_sizes(job_, device_count_))
      for (std::int64_t const tensor : divisors(device_count_ / context)) add_families(tensor, context);
    space_.recomputes = recomputes_of_any(space_.cuts);
    return std::move(space_);
  }

 private:
  bool legal(ParallelPlan const& plan) const { return plan_problem(job_, plan, machine_, framework_).empty(); }

  void add_families(std::int64_t tensor, std::int64_t context) {
    ParallelPlan plan = base_;
    plan.tensor_parallel = tensor;
    plan.context_parallel = context;
    auto const cuts = legal_cuts(plan);
    if (cuts.empty()) return;
    for (std::int64_t const micro_batch : divisors(job_.global_batch)) {
      plan.micro_batch = micro_batch;
      for (ExpertCut const& experts : expert_cuts(job_.model, tensor, device_count_, limits_)) {
        plan.expert_parallel = experts.expert;
        plan.expert_tensor_parallel = experts.tensor;
        for (ContextExchange const exchange : exchanges(context)) {
          plan.context_exchange = exchange;
          add_family(plan, cuts);
        }
      }
    }
  }

  void add_family(ParallelPlan plan, std::vector<Cut const*> const& cuts) {
    Family family;
    for (Cut const* const cut : cuts) {
      apply(*cut, plan);
      apply(cut->shardings.front(), plan);
      if (job_.global_batch / cut->data % plan.micro_batch == 0 && legal(plan)) family.cuts.push_back(cut);
    }
    if (family.cuts.empty()) return;
    apply(Cut{}, plan);
    apply(ShardingChoice{}, plan);
    family.plan = plan;
    space_.families.push_back(family);
    if (plan.tensor_parallel == 1 || !limits_.sequence_parallel) return;
    if (job_.sequence_length / plan.context_parallel % plan.tensor_parallel != 0) return;
    family.plan.sequence_parallel = true;
    space_.families.push_back(std::move(family));
  }

  std::vector<Cut const*> legal_cuts(ParallelPlan plan) {
    std::vector<Cut const*> cuts;
    std::int64_t const copies = device_count_ / plan.tensor_parallel / plan.context_parallel;
    std::int64_t const in_node =
        machine_.devices_per_node % plan.tensor_parallel == 0 ? machine_.devices_per_node / plan.tensor_parallel : 1;
    for (std::int64_t const pipeline : limits_.pipeline ? divisors(copies) : std::vector<std::int64_t>{1}) {
      Cut cut{.pipeline = pipeline,
              .data = copies / pipeline,
              .recomputes = recomputes(job_.model, pipeline, limits_),
              .schedules = schedules(job_.model, pipeline, limits_)};
      for (auto const& choice : cut.recomputes) ++cut.choices_of[static_cast<std::size_t>(choice.recompute)];
      apply(cut, plan);
      cut.shardings = shardings(plan, in_node, limits_);
      if (job_.global_batch % cut.data != 0 || cut.shardings.empty()) continue;
      apply(cut.shardings.front(), plan);
      if (!legal(plan)) continue;
      if (machine_.host_bound) add_offload(cut.shardings, plan, limits_);
      cut.plain_schedules = static_cast<std::size_t>(
          std::count_if(cut.schedules.begin(), cut.schedules.end(),
                        [](ScheduleChoice const& choice) { return choice.virtual_stages == 1; }));
      cuts.push_back(space_.cuts.emplace_back(std::make_unique<Cut>(std::move(cut))).get());
    }
    return cuts;
  }

  std::vector<ContextExchange> exchanges(std::int64_t context) const {
    if (context == 1) return {ContextExchange::ring};
    std::vector<ContextExchange> result;
    if (limits_.ring_attention) result.push_back(ContextExchange::ring);
    if (limits_.all_to_all_attention) result.push_back(ContextExchange::all_to_all);
    return result;
  }

  TrainingJob const& job_;
  std::int64_t device_count_;
  Machine const& machine_;
  FrameworkKind framework_;
  FrameworkLimits limits_;
  ParallelPlan base_;
  PlanSpace space_;
};

}  // namespace

std::vector<std::int64_t> divisors(std::int64_t number) {
  std::vector<std::int64_t> low;
  std::vector<std::int64_t> high;
  for (std::int64_t divisor = 1; divisor * divisor <= number; ++divisor) {
    if (number % divisor != 0) continue;
    low.push_back(divisor);
    if (divisor != number / divisor) high.push_back(number / divisor);
  }
  low.insert(low.end(), high.rbegin(), high.rend());
  return low;
}

std::vector<std::int64_t> context_sizes(TrainingJob const& job, std::int64_t device_count) {
  std::vector<std::int64_t> sizes{1};
  for (std::int64_t const size : divisors(device_count)) {
    std::int64_t const blocks = 2 * size;
    if (size > 1 && job.sequence_length % blocks == 0 && job.sequence_length / blocks >= least_context_block)
      sizes.push_back(size);
  }
  return sizes;
}

std::vector<std::int64_t> recompute_intervals(ModelSpec const& model, std::int64_t pipeline) {
  std::int64_t const stage_layers = (model.layer_count + pipeline - 1) / pipeline;
  std::vector<std::int64_t> intervals;
  for (std::int64_t interval = stage_layers; interval >= 1; interval = stage_layers / (stage_layers / interval + 1))
    intervals.push_back(interval);
  return intervals;
}

void apply(Cut const& cut, ParallelPlan& plan) {
  plan.pipeline_parallel = cut.pipeline;
  plan.data_parallel = cut.data;
}

void apply(ScheduleChoice const& choice, ParallelPlan& plan) {
  plan.schedule = choice.schedule;
  plan.virtual_stages = choice.virtual_stages;
}

void apply(ShardingChoice const& choice, ParallelPlan& plan) {
  plan.sharding = choice.sharding;
  plan.shard_group = choice.shard_group;
  plan.offload = choice.offload;
}

void apply(RecomputeChoice const& choice, ParallelPlan& plan) {
  plan.recompute = choice.recompute;
  plan.recompute_interval = choice.interval;
}

std::int64_t plans_of(Family const& family, Recompute recompute) {
  std::size_t count = 0;
  for (Cut const* const cut : family.cuts) {
    auto const micro_batches = family.plan.global_batch / (family.plan.micro_batch * cut->data);
    auto const choices = cut->choices_of[static_cast<std::size_t>(recompute)];
    count += choices * cut->schedules_for(micro_batches).size() * cut->shardings.size();
  }
  return static_cast<std::int64_t>(count);
}

std::int64_t PlanSpace::plan_count() const {
  std::int64_t count = 0;
  for (Family const& family : families)
    for (Recompute const recompute : {Recompute::none, Recompute::selective, Recompute::full})
      count += plans_of(family, recompute);
  return count;
}

PlanSpace plan_space(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                     EstimateOptions const& options) {
  return SpaceBuilder(job, device_count, machine, options).build();
}

std::vector<ParallelPlan> legal_plans(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                                      EstimateOptions const& options) {
  std::vector<ParallelPlan> plans;
  auto const space = plan_space(job, device_count, machine, options);
  for (Family const& family : space.families) {
    ParallelPlan plan = family.plan;
    for (RecomputeChoice const& recompute : space.recomputes) {
      apply(recompute, plan);
      for (Cut const* const cut : family.cuts) {
        if (!cut->has(recompute)) continue;
        apply(*cut, plan);
        for (ScheduleChoice const& schedule : cut->schedules_for(plan.gradient_accumulation())) {
          apply(schedule, plan);
          for (ShardingChoice const& sharding : cut->shardings) {
            apply(sharding, plan);
            plans.push_back(plan);
          }
        }
      }
    }
  }
  return plans;
}

}  // namespace hpcadvise::advisor

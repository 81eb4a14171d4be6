// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every legal plan of a job on so many devices, as a tree: plans that share an estimate's costly parts lie together.
// docs/search.md says what is in it and what is left out.

#include "advisor/machine.hpp"
#include "advisor/step_estimate.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace hpcadvise::advisor {

struct ScheduleChoice {
  Schedule schedule = Schedule::one_forward_one_backward;
  std::int64_t virtual_stages = 1;
};

struct ShardingChoice {
  Sharding sharding = Sharding::none;
  std::int64_t shard_group = 0;
  Offload offload = Offload::none;
};

struct RecomputeChoice {
  Recompute recompute = Recompute::none;
  std::int64_t interval = 1;

  bool operator==(RecomputeChoice const&) const = default;
};

// Every n-th of the layers of the longest stage, for each number of layers that some n repeats the longest n; longest
// first.
std::vector<std::int64_t> recompute_intervals(ModelSpec const& model, std::int64_t pipeline);

// How the devices that tensor and context parallelism leave are cut into stages and copies of them.
struct Cut {
  std::int64_t pipeline = 1;
  std::int64_t data = 1;
  std::vector<RecomputeChoice> recomputes{};  // what repeats least first
  std::array<std::size_t, 4> choices_of{};    // how many of these are of each Recompute
  std::vector<ScheduleChoice> schedules{};    // interleaved ones last
  std::size_t plain_schedules = 1;
  std::vector<ShardingChoice> shardings{};  // those with offload last

  // Interleaving takes micro-batches in rounds of one for each stage (Megatron-LM, schedules.py).
  std::span<ScheduleChoice const> schedules_for(std::int64_t micro_batches) const {
    return {schedules.data(), micro_batches % pipeline == 0 ? schedules.size() : plain_schedules};
  }
  bool has(RecomputeChoice const& choice) const { return std::ranges::find(recomputes, choice) != recomputes.end(); }
};

// Plans that differ in what they recompute and in their cut: one micro-batch costs each of their layers the same.
struct Family {
  ParallelPlan plan;  // without them
  std::vector<Cut const*> cuts;
};

struct PlanSpace {
  std::vector<std::unique_ptr<Cut>> cuts;
  std::vector<Family> families;
  std::vector<RecomputeChoice> recomputes;  // that some cut has: what repeats least first

  std::int64_t plan_count() const;
};

// Of one kind of recomputation, in all its intervals.
std::int64_t plans_of(Family const& family, Recompute recompute);
void apply(Cut const& cut, ParallelPlan& plan);
void apply(ScheduleChoice const& choice, ParallelPlan& plan);
void apply(ShardingChoice const& choice, ParallelPlan& plan);
void apply(RecomputeChoice const& choice, ParallelPlan& plan);

// In a fixed order. Empty where nothing divides.
PlanSpace plan_space(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                     EstimateOptions const& options);

// The same, leaf by leaf.
std::vector<ParallelPlan> legal_plans(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                                      EstimateOptions const& options);

// Of the sequence, two blocks a rank (a causal ring gives each an early and a late one: Megatron-LM) of at least 128
// tokens, which is what fused attention's tiles take.
std::vector<std::int64_t> context_sizes(TrainingJob const& job, std::int64_t device_count);

std::vector<std::int64_t> divisors(std::int64_t number);  // ascending

}  // namespace hpcadvise::advisor

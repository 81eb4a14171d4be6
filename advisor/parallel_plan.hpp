// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a job is cut over devices: a plain value that can be printed, stored and compared.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hpcadvise::advisor {

// What the data-parallel group shards: nothing; optimizer state; gradients too; parameters too.
enum class Sharding { none, zero1, zero2, zero3 };
enum class Recompute { none, selective, full };
enum class Schedule { one_forward_one_backward };

struct ParallelPlan {
  std::int64_t tensor_parallel = 1;
  std::int64_t pipeline_parallel = 1;
  std::int64_t virtual_stages = 1;
  std::int64_t context_parallel = 1;
  std::int64_t expert_parallel = 1;
  std::int64_t data_parallel = 1;
  Sharding sharding = Sharding::none;
  std::int64_t micro_batch = 1;   // sequences
  std::int64_t global_batch = 1;  // sequences
  Recompute recompute = Recompute::none;
  bool sequence_parallel = false;  // with tensor parallelism
  Schedule schedule = Schedule::one_forward_one_backward;

  std::int64_t device_count() const { return tensor_parallel * pipeline_parallel * context_parallel * data_parallel; }
  // Micro-batches each pipeline runs in a step.
  std::int64_t gradient_accumulation() const { return global_batch / (micro_batch * data_parallel); }

  friend bool operator==(ParallelPlan const&, ParallelPlan const&) = default;
};

// "tp=8,pp=4,dp=16,micro_batch=1,global_batch=1024,recompute=full,sharding=zero1"; the form `--plan` reads.
std::string to_text(ParallelPlan const& plan);

// Of every number in a plan, and of its devices; beyond any size here, so that their products stay within 64 bits.
constexpr std::int64_t largest_plan_number = 2'000'000;

// Throws UsageError naming the key: an unknown key or word, a number below 1 or too large, parts that contradict.
ParallelPlan parallel_plan_from_text(std::string_view text);

// What reading a plan ends with, whatever it was read from: a global batch that is not given becomes the smallest that
// the rest of the plan can run. Throws UsageError for parts that contradict each other.
void complete(ParallelPlan& plan, bool global_batch_given);

std::string_view to_string(Sharding sharding);
std::string_view to_string(Recompute recompute);
std::string_view to_string(Schedule schedule);
std::optional<Sharding> sharding_from_string(std::string_view name);
std::optional<Recompute> recompute_from_string(std::string_view name);
std::optional<Schedule> schedule_from_string(std::string_view name);

}  // namespace hpcadvise::advisor

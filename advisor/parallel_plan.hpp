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
// In the backward pass. Attention: its core alone, which frees its scores, and nothing where it is fused
// (Korthikanti et al. 2022, section 5). Selective: what the framework finds cheap to repeat.
enum class Recompute { none, attention, selective, full };
// Zero-bubble: weight gradients fill the bubble (Qi et al. 2023, Zero Bubble Pipeline Parallelism, arXiv:2401.10241).
// With more than one virtual stage 1F1B is interleaved (Narayanan et al. 2021, section 2.2.2).
enum class Schedule { one_forward_one_backward, gpipe, zero_bubble };
// How context-parallel ranks see each other's keys: passed round a ring, or all-to-all from sequence to heads
// (Ulysses).
enum class ContextExchange { ring, all_to_all };
// What lives in host memory and travels over the host link.
enum class Offload { none, optimizer };

struct ParallelPlan {
  std::int64_t tensor_parallel = 1;
  std::int64_t pipeline_parallel = 1;
  std::int64_t virtual_stages = 1;
  std::int64_t context_parallel = 1;
  std::int64_t expert_parallel = 1;
  std::int64_t expert_tensor_parallel = 1;  // ranks that cut each expert; at most tensor_parallel
  std::int64_t data_parallel = 1;
  Sharding sharding = Sharding::none;
  // Data-parallel ranks that hold one copy of what is sharded (HSDP, MiCS): a divisor of their number; 0: all of them.
  std::int64_t shard_group = 0;
  std::int64_t micro_batch = 1;   // sequences
  std::int64_t global_batch = 1;  // sequences
  Recompute recompute = Recompute::none;
  std::int64_t recompute_interval = 1;  // full: every n-th layer
  bool sequence_parallel = false;       // with tensor parallelism
  Schedule schedule = Schedule::one_forward_one_backward;
  ContextExchange context_exchange = ContextExchange::ring;
  Offload offload = Offload::none;

  std::int64_t device_count() const { return tensor_parallel * pipeline_parallel * context_parallel * data_parallel; }
  // Devices over which sharded state is spread: context-parallel ranks hold the same parameters and share in it.
  std::int64_t shard_size() const { return (shard_group > 0 ? shard_group : data_parallel) * context_parallel; }
  // Whether sharded parameters are gathered once a step and kept, and gradients reduced once: under a pipeline the
  // collectives of every micro-batch would stand in the schedule's way (torchtitan, distributed/fsdp.py,
  // reshard_after_forward).
  bool gathers_once() const { return pipeline_parallel > 1 && sharding >= Sharding::zero2; }
  // Micro-batches each pipeline runs in a step.
  std::int64_t gradient_accumulation() const { return global_batch / (micro_batch * data_parallel); }

  friend bool operator==(ParallelPlan const&, ParallelPlan const&) = default;
};

// "tp=8,pp=4,dp=16,micro_batch=1,global_batch=1024,recompute=full,sharding=zero1"; the form `--plan` reads.
std::string to_text(ParallelPlan const& plan);

// The parts of that form in which `to` differs from `from`: "tp=4,dp=2,sequence_parallel=true".
std::string changed_parts(ParallelPlan const& from, ParallelPlan const& to);

// Of every number in a plan, and of its devices; beyond any size here, so that their products stay within 64 bits.
constexpr std::int64_t largest_plan_number = 2'000'000;

// Throws UsageError naming the key: an unknown key or word, a number below 1 or too large, parts that contradict.
ParallelPlan parallel_plan_from_text(std::string_view text);

// What reading a plan ends with, whatever it was read from: a global batch that is not given becomes the smallest that
// the rest of the plan can run, and a shard group of all data-parallel ranks is no group. Throws UsageError for parts
// that contradict each other.
void complete(ParallelPlan& plan, bool global_batch_given);

std::string_view to_string(Sharding sharding);
std::string_view to_string(Recompute recompute);
std::string_view to_string(Schedule schedule);
std::optional<Sharding> sharding_from_string(std::string_view name);
std::optional<Recompute> recompute_from_string(std::string_view name);
std::optional<Schedule> schedule_from_string(std::string_view name);
std::string_view to_string(ContextExchange exchange);
std::string_view to_string(Offload offload);
std::optional<ContextExchange> context_exchange_from_string(std::string_view name);
std::optional<Offload> offload_from_string(std::string_view name);

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a kind of framework cannot do, so that the search does not propose it: one row a kind in framework_limits.cpp.
// Where that table is not sure it allows, but for offload, which has to be known of.

#include "advisor/framework.hpp"
#include "advisor/parallel_plan.hpp"

#include <optional>
#include <string>

namespace hpcadvise::advisor {

// What the ranks of data parallelism can share.
struct Shardings {
  bool none = true;  // nothing: plain data parallelism
  bool zero1 = true;
  bool zero2 = true;
  bool zero3 = true;

  bool has(Sharding sharding) const;
};
// "none, zero2, zero3"
std::string to_string(Shardings shardings);

// With which sharding a framework keeps the optimizer's state on the host and steps it there.
struct OffloadRange {
  Sharding least;
  Sharding most;
};

struct FrameworkLimits {
  bool pipeline = true;
  bool interleaved = true;
  bool zero_bubble = true;
  Shardings shardings{};                                  // of any plan
  Shardings beside_tensors{};                             // of these, beside tensor parallelism
  Shardings beside_context{};                             // and beside context parallelism
  Shardings in_pipeline{.zero2 = false, .zero3 = false};  // and inside of stages
  bool sequence_parallel = true;                          // beside tensor parallelism
  bool ring_attention = true;
  bool all_to_all_attention = true;
  bool expert_parallel = true;
  bool partial_recompute = true;  // selective, or of every n-th layer; else of all layers or of none
  std::optional<OffloadRange> offload{};
};

FrameworkLimits framework_limits(FrameworkKind kind);

// What this plan's kind of parallelism leaves of them. A rank that has nobody to share with needs none.
Shardings possible_shardings(FrameworkLimits const& limits, ParallelPlan const& plan);

bool can_shard(FrameworkLimits const& limits, ParallelPlan const& plan);

// No published run of the framework with this sharding was at hand to check the model on: of Megatron-Core none that
// shards more than the optimizer's state, which Megatron-FSDP does.
bool has_unproven_sharding(FrameworkKind framework, ParallelPlan const& plan);

// Inside of pipeline stages no framework is known to do it to what is sharded.
bool can_offload(FrameworkLimits const& limits, ParallelPlan const& plan);

// The first part of a plan that a framework has no switch for, and what to do.
struct MissingFeature {
  std::string_view what;
  std::string_view next;
};
std::optional<MissingFeature> missing_feature(FrameworkLimits const& limits, ParallelPlan const& plan);

// Whether it is proposed: with no such part, and recomputed by a switch of its own. Checkpoints of a user's own code
// may do more.
bool offers(FrameworkLimits const& limits, ParallelPlan const& plan);

}  // namespace hpcadvise::advisor

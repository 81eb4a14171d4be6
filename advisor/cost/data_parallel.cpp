// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/data_parallel.hpp"

#include "advisor/rates.hpp"
#include "advisor/sharded_state.hpp"

#include <algorithm>

namespace hpcadvise::advisor {
namespace {

double real(std::int64_t value) { return static_cast<double>(value); }

double gradient_bytes_each(CostContext const& context) {
  switch (context.job.precision) {
    case profiles::Precision::fp16: return 2;
    case profiles::Precision::bf16:
    case profiles::Precision::fp8: {
      if (holds_16_bit_state(context.job.optimizer)) return 2;
      bool const own =
          context.framework.has_bf16_optimizer && !runs_bf16_optimizer(context.job, context.plan, context.framework);
      return own ? 2 : context.framework.gradient_wire_bytes;
    }
    default: return profiles::bytes_per_element(context.job.precision);
  }
}

bool hides_communication(CostContext const& context) {
  auto const sharding = context.plan.sharding;
  bool const waits =
      context.framework.zero_waits_for_gradients && (sharding == Sharding::zero1 || sharding == Sharding::zero2);
  return context.framework.gradient_overlap != GradientOverlap::none && !waits;
}

// Parameters travel in every micro-batch.
bool gathers_always(ParallelPlan const& plan) { return plan.sharding == Sharding::zero3 && !plan.gathers_once(); }

// The ranks that hold the same parameters: those among which their shards are spread, and the copies of these.
struct Groups {
  GroupPlacement shards;
  GroupPlacement copies;
};

Groups groups_of(Machine const& machine, std::int64_t ranks, std::int64_t shard_size, std::int64_t stride) {
  std::int64_t const shards = std::clamp<std::int64_t>(shard_size, 1, ranks);
  return {place_group(machine, shards, stride), place_group(machine, ranks / shards, stride * shards)};
}

// Each collective over a device's parameters once: of gradients over the trained ones, of parameters over those that
// are gathered.
struct Traffic {
  double all_reduce_s = 0;
  double reduce_scatter_s = 0;
  double gather_s = 0;
  double copies_s = 0;  // each rank reduces its shard with the ranks that hold the same

  friend Traffic operator+(Traffic const& left, Traffic const& right) {
    return {left.all_reduce_s + right.all_reduce_s, left.reduce_scatter_s + right.reduce_scatter_s,
            left.gather_s + right.gather_s, left.copies_s + right.copies_s};
  }
};

double gathered_bytes_each(CostContext const& context) {
  return context.gathers_in_fp8() ? 1 : activation_bytes_per_element(context.job);
}

// `pieces`: collectives of equal size in which they travel.
Traffic traffic_of(CostContext const& context, Groups const& groups, double trained, double gathered_bytes,
                   double pieces) {
  double const gradient_bytes = trained * gradient_bytes_each(context) / pieces;
  double const parameter_bytes = gathered_bytes / pieces;
  auto const aggregation =
      gathers_always(context.plan) ? context.framework.zero3_aggregation : context.framework.aggregation;
  auto const time_s = [&](Collective collective, double bytes, GroupPlacement const& group) {
    return pieces *
           collective_time_s(context.machine, collective, bytes, group, context.aggregation_exponent(aggregation));
  };
  Traffic traffic;
  traffic.all_reduce_s = time_s(Collective::all_reduce, gradient_bytes, groups.shards) +
                         time_s(Collective::all_reduce, gradient_bytes, groups.copies);
  traffic.reduce_scatter_s = time_s(Collective::reduce_scatter, gradient_bytes, groups.shards);
  traffic.gather_s = time_s(Collective::all_gather, parameter_bytes, groups.shards);
  if (context.framework.owners_broadcast && !gathers_always(context.plan) && groups.shards.size > 1)
    traffic.gather_s += real(groups.shards.size) * context.machine.fitted.owner_broadcast_s;
  traffic.copies_s = time_s(Collective::all_reduce, gradient_bytes / real(groups.shards.size), groups.copies);
  return traffic;
}

double cost_s(CostContext const& context, Traffic const& traffic, DataParallelInput const& input) {
  ParallelPlan const& plan = context.plan;
  double const slowdown = context.machine.fitted.overlap_cost;
  auto const beside = [&](double communication_s, double cover_s) {
    return hides_communication(context) ? exposed_s(communication_s, cover_s, slowdown) : communication_s;
  };
  auto const beside_backward = [&](double reduction_s) { return beside(reduction_s, input.micro_batch_backward_s); };

  if (gathers_always(plan)) {
    // The copies are reduced in the last micro-batch, whose computation hides either, not both.
    double const shards_s = 2 * traffic.gather_s + traffic.reduce_scatter_s;
    return (context.micro_batches() - 1) * beside(shards_s, input.micro_batch_s) +
           beside(shards_s + traffic.copies_s, input.micro_batch_s);
  }
  if (!shared_state(context.job, plan, context.framework).optimizer) return beside_backward(traffic.all_reduce_s);
  double const gather_s = context.machine.fitted.gather_exposure * traffic.gather_s;
  bool const reduces_always = plan.sharding == Sharding::zero2 && !plan.gathers_once();
  double const reductions = reduces_always ? context.micro_batches() : 1.0;
  if (context.framework.zero_reduces_whole) return reductions * beside_backward(traffic.all_reduce_s) + gather_s;
  return (reductions - 1) * beside_backward(traffic.reduce_scatter_s) +
         beside_backward(traffic.reduce_scatter_s + traffic.copies_s) + gather_s;
}

}  // namespace

double data_parallel_cost_s(CostContext const& context, DataParallelInput const& input) {
  ParallelPlan const& plan = context.plan;
  std::int64_t const ranks = plan.data_parallel * plan.context_parallel;
  double const pieces = gathers_always(plan) ? std::max(1.0, input.layers) : 1.0;
  DeviceParameters const& trained = input.parameters.trained;
  // Under ZeRO-1 and 2 only what has changed.
  bool const gathers_all = plan.sharding == Sharding::zero3 || plan.gathers_once();
  DeviceParameters const gathered = gathers_all ? input.parameters.all() : trained;
  auto const dense = groups_of(context.machine, ranks, plan.shard_size(), plan.tensor_parallel);
  double const element = gathered_bytes_each(context);
  double const ends_bytes =
      gathers_all ? input.ends * (activation_bytes_per_element(context.job) - element) : 0;  // beyond their share
  Traffic traffic = traffic_of(context, dense, trained.dense, gathered.dense * element + ends_bytes, pieces);
  if (gathered.experts > 0) {
    // Ranks that hold the same experts lie as far apart as one set of them is wide.
    auto const experts = groups_of(context.machine, expert_replicas(plan), plan.shard_size(),
                                   plan.expert_parallel * plan.expert_tensor_parallel);
    traffic = traffic + traffic_of(context, experts, trained.experts, gathered.experts * element, pieces);
  }
  return cost_s(context, traffic, input);
}

}  // namespace hpcadvise::advisor

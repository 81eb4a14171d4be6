// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/data_parallel.hpp"

#include "advisor/constants.hpp"
#include "advisor/rates.hpp"

#include <algorithm>

namespace hpcadvise::advisor {
namespace {

// A collective beside computation: what is longer than its cover, and the slowdown that the overlap itself costs.
double exposed_s(double communication_s, double cover_s) {
  double const slowdown = constants::fsdp_overlap_cost;
  return std::max(0.0, (1 + slowdown) * communication_s - cover_s) + slowdown * std::min(communication_s, cover_s);
}

double gradient_bytes_each(CostContext const& context) {
  switch (context.job.precision) {
    case profiles::Precision::fp16: return 2;
    case profiles::Precision::bf16:
    case profiles::Precision::fp8: return context.framework.gradient_wire_bytes;
    default: return profiles::bytes_per_element(context.job.precision);
  }
}

}  // namespace

double data_parallel_cost_s(CostContext const& context, DataParallelInput const& input) {
  ParallelPlan const& plan = context.plan;
  if (plan.data_parallel == 1) return 0;
  auto const group = place_group(context.machine, plan.data_parallel, plan.tensor_parallel * plan.context_parallel);
  double const gradient_bytes = input.parameters * gradient_bytes_each(context);
  double const parameter_bytes = input.parameters * activation_bytes_per_element(context.job);
  double const exponent = plan.sharding == Sharding::zero3 ? context.framework.zero3_aggregation_exponent
                                                           : context.framework.aggregation_exponent;
  auto const time_s = [&](Collective collective, double bytes) {
    return collective_time_s(context.machine, collective, bytes, group, exponent);
  };

  if (plan.sharding == Sharding::zero3) {
    double const layers = std::max(1.0, input.layers);
    double const communication_s = layers * (2 * time_s(Collective::all_gather, parameter_bytes / layers) +
                                             time_s(Collective::reduce_scatter, gradient_bytes / layers));
    return context.micro_batches() * exposed_s(communication_s, input.micro_batch_s);
  }

  bool const sharded = plan.sharding != Sharding::none;
  double const reduction_s = time_s(sharded ? Collective::reduce_scatter : Collective::all_reduce, gradient_bytes);
  double const gather_s =
      sharded ? (1 - constants::gather_hidden) * time_s(Collective::all_gather, parameter_bytes) : 0.0;
  double const reductions = plan.sharding == Sharding::zero2 ? context.micro_batches() : 1.0;
  double const exposed_reduction_s = context.framework.gradient_overlap == GradientOverlap::none
                                         ? reduction_s
                                         : exposed_s(reduction_s, input.micro_batch_backward_s);
  return reductions * exposed_reduction_s + gather_s;
}

}  // namespace hpcadvise::advisor

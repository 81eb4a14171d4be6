// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every cost term is a function of, and the two passes that most of them fill.

#include "advisor/framework.hpp"
#include "advisor/sharded_state.hpp"
#include "advisor/step_estimate.hpp"

#include <algorithm>

namespace hpcadvise::advisor {

struct CostContext {
  TrainingJob const& job;
  ParallelPlan const& plan;
  Machine const& machine;
  EstimateOptions const& options;
  FrameworkTraits const& framework;

  // Micro-batches a pipeline runs in a step. Not whole where a framework cuts its last micro-batch short.
  double micro_batches() const {
    return static_cast<double>(plan.global_batch) / static_cast<double>(plan.micro_batch * plan.data_parallel);
  }
  double fitted(double FittedConstants::*constant) const { return machine.fitted.*constant; }
  // What the host needs for a layer, of experts or not.
  double host_layer_s(bool experts) const {
    if (!machine.host_bound) return 0;
    double const routing_s = experts ? machine.fitted.host_layer_experts_s : 0;
    if (framework.host_layer_ungathered_s && gathers_of_micro_batch(plan, framework) == 0)
      return routing_s + fitted(framework.host_layer_ungathered_s);
    return routing_s + fitted(job.model.gated_ffn ? framework.host_layer_gated_s : framework.host_layer_plain_s);
  }
  // Of FP8's linear layers over the machine's FP8 rate, which counts the casts.
  double fp8_factor() const {
    double const casts =
        framework.fused_casts ? machine.fitted.fp8_gemm_efficiency_fused / machine.fitted.fp8_gemm_efficiency : 1;
    return options.fp8_rowwise ? casts * machine.fitted.fp8_rowwise_factor : casts;
  }
  // A scale for each row would have to be gathered with it: then weights and activations travel in 16 bit.
  bool gathers_in_fp8() const {
    return framework.gathers_in_fp8 && job.precision == profiles::Precision::fp8 && !options.fp8_rowwise;
  }
  double gemm_factor() const { return framework.old_libraries ? machine.old_gemm : 1; }
  double aggregation_exponent(Aggregation aggregation) const {
    switch (aggregation) {
      case Aggregation::one_share: return 0;
      case Aggregation::some_shares: return machine.fitted.aggregation_exponent_old;
      case Aggregation::all_shares: return 1;
    }
    return 1;
  }
  // FP8 training does everything but its linear layers in 16 bit.
  profiles::Precision activation_precision() const {
    return job.precision == profiles::Precision::fp8 ? profiles::Precision::bf16 : job.precision;
  }
};

// Time of one micro-batch through something.
struct Pass {
  double forward_s = 0;
  double backward_s = 0;

  double total_s() const { return forward_s + backward_s; }
};

// What a collective adds to the computation beside it, where either adds the share `cost` of its own time to the other
// that covers it: docs/measuring.md, overlap. Never more than the collective alone.
inline double exposed_s(double communication_s, double cover_s, double cost) {
  return std::max(cost * communication_s, communication_s - (1 - cost) * cover_s);
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// The constants of the cost model that are fitted on published runs: physical, few, keyed by kind of device, network or
// framework, never by a run, a model, a source or a system. One table; docs/cost_model.md shows the same rows, and
// tests/validation fits them anew.

#include <span>
#include <string_view>

namespace hpcadvise::advisor {

struct FittedConstants {
  // What training reaches of the best published GEMM rate.
  double gemm_sustained_sm70 = 1.03;
  double gemm_sustained_sm80 = 1.01;
  double gemm_sustained_sm90 = 0.956;
  double gemm_sustained_gfx90a = 0.79;
  double fp8_gemm_efficiency = 0.773;
  double fp8_gemm_efficiency_fused = 0.892;
  double fp8_rowwise_factor = 0.626;

  double flash_attention_factor = 0.729;
  double flash_attention_factor_triton = 0.56;
  double flash_attention_factor_current = 0.748;
  double batched_gemm_factor = 0.526;
  double softmax_factor = 0.924;

  // Bytes that elementwise work moves, over the count of operators.cpp.
  double elementwise_fused = 0.829;
  double elementwise_unfused = 1.41;
  double elementwise_eager = 1.21;
  double elementwise_eager_gated = 1.82;
  double elementwise_compiled = 0.826;
  double elementwise_core = 0.877;
  double elementwise_unknown_plain = 0.89;
  double elementwise_unknown_gated = 1.09;

  double tensor_parallel_exposure = 0.877;
  double tensor_parallel_exposure_overlapped = 0.328;
  double pipeline_exposure = 0.818;
  double expert_parallel_exposure = 0.8;
  double context_attention_factor = 0.862;
  double overlap_cost = 0.216;
  double gather_exposure = 0.7;
  double owner_broadcast_s = 0.0031;
  double aggregation_exponent_old = 0.48;

  // What collectives reach of the nominal rate.
  double network_omni_path = 0.472;
  double network_roce = 0.594;
  double network_infiniband = 0.939;
  double network_slingshot = 0.8;
  double network_unknown = 0.66;
  double ring_latency_s = 1.5e-05;

  double host_layer_fused_s = 0.0033;
  double host_layer_core_s = 0.00166;
  double host_layer_experts_s = 0.00486;
  double host_layer_eager_s = 0.00998;
  double micro_batch_s = 0.002;
  double jitter_per_doubling = 0.008;
};

struct FittedRow {
  std::string_view name;
  double FittedConstants::*value;
  double prior;            // what it is before any published step is seen
  double prior_log_sigma;  // how far the fit may move it, in log; 0: held at its prior
  std::string_view what;
  std::string_view source;  // of the prior
  std::string_view probe;   // what would measure it; empty: nothing does yet
};

std::span<FittedRow const> fitted_rows();

// Every constant at its prior.
FittedConstants prior_constants();

}  // namespace hpcadvise::advisor

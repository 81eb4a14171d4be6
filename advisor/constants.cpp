// SPDX-License-Identifier: Apache-2.0
#include "advisor/constants.hpp"

#include <array>

namespace hpcadvise::advisor {

std::span<Constant const* const> all_constants() {
  using namespace constants;
  static constexpr std::array rows{&gemm_bytes_exposed,
                                   &kernel_launch_s,
                                   &fp8_gemm_efficiency,
                                   &old_blas_factor,
                                   &flash_attention_factor,
                                   &attention_half_length,
                                   &attention_small_head_factor,
                                   &batched_gemm_factor,
                                   &misaligned_gemm_factor,
                                   &softmax_forward_bytes,
                                   &softmax_backward_bytes,
                                   &elementwise_backward_factor,
                                   &loss_bytes_per_logit,
                                   &ring_latency_s,
                                   &half_rate_bytes,
                                   &ramp_exponent_switched,
                                   &ramp_exponent_ring,
                                   &tensor_parallel_exposure,
                                   &tensor_parallel_exposure_overlapped,
                                   &fsdp_overlap_cost,
                                   &gather_hidden,
                                   &old_aggregation_exponent,
                                   &pipeline_exposure,
                                   &network_omni_path,
                                   &network_roce,
                                   &network_infiniband,
                                   &network_slingshot,
                                   &network_unknown,
                                   &stream_share,
                                   &gemm_sustained_sm70,
                                   &gemm_sustained_sm80,
                                   &gemm_sustained_sm90,
                                   &gemm_sustained_gfx90a,
                                   &host_layer_s,
                                   &micro_batch_s,
                                   &jitter_per_doubling,
                                   &fragmentation,
                                   &runtime_context_bytes,
                                   &communicator_bytes,
                                   &zero_bucket_bytes,
                                   &sigma_base,
                                   &sigma_outside_fit,
                                   &sigma_fp8,
                                   &sigma_amd,
                                   &sigma_large,
                                   &sigma_framework,
                                   &tie_log_ratio,
                                   &roomy_share};
  return rows;
}

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#include "advisor/constants.hpp"

#include <array>

namespace hpcadvise::advisor {

std::span<Constant const* const> all_constants() {
  using namespace constants;
  static constexpr std::array rows{&gemm_bytes_exposed,
                                   &fp8_gemm_alone,
                                   &kernel_launch_s,
                                   &attention_half_length,
                                   &attention_small_head_factor,
                                   &misaligned_gemm_factor,
                                   &softmax_forward_bytes,
                                   &softmax_backward_bytes,
                                   &elementwise_backward_factor,
                                   &loss_bytes_per_logit,
                                   &fused_loss_bytes_per_logit,
                                   &switched_gather_share,
                                   &half_rate_bytes,
                                   &ramp_exponent_switched,
                                   &ramp_exponent_ring,
                                   &noise_met,
                                   &stream_share,
                                   &host_link_pcie3_bytes_per_s,
                                   &host_link_pcie4_bytes_per_s,
                                   &host_link_pcie5_bytes_per_s,
                                   &host_link_infinity_fabric_bytes_per_s,
                                   &host_link_c2c_bytes_per_s,
                                   &host_optimizer_bytes_per_s,
                                   &fragmentation,
                                   &fragmentation_kept,
                                   &runtime_context_bytes,
                                   &communicator_bytes,
                                   &zero_bucket_bytes,
                                   &sigma_base,
                                   &sigma_machine,
                                   &sigma_likeness,
                                   &sigma_plan,
                                   &sigma_repeat,
                                   &like_doublings,
                                   &unlike_choice,
                                   &doubt_of_kind,
                                   &sigma_outside_fit,
                                   &sigma_device,
                                   &sigma_fp8,
                                   &sigma_experts,
                                   &sigma_context,
                                   &sigma_assumed,
                                   &sigma_amd,
                                   &sigma_large,
                                   &widest_expert_parallel,
                                   &sigma_framework,
                                   &sigma_hugging_face,
                                   &sigma_eager_tensor,
                                   &sigma_offload,
                                   &tie_log_ratio,
                                   &roomy_share,
                                   &room_log_ratio,
                                   &memory_error,
                                   &memory_surprise};
  return rows;
}

}  // namespace hpcadvise::advisor

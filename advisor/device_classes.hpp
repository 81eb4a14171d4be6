// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is known of a kind of device beyond its description: one row an architecture.

#include "advisor/fitted_constants.hpp"

#include <algorithm>
#include <string_view>

namespace hpcadvise::advisor {

struct DeviceClass {
  std::string_view architecture;
  double FittedConstants::*gemm_sustained = nullptr;  // in training, over the best published rate; null: never fitted
  // Reduction in the switches of nodes of eight: it came with NVLink 4 switches, which boards of four do not have.
  bool in_switch_reduction = false;
  double network_gbit_per_device = 0;  // of a node as built, the one that `network_source` names; 0: none is usual
  std::string_view network_source;

  double cudnn_attention = 1;  // cuDNN's fused attention over FlashAttention-2, which device descriptions state
  double old_gemm = 1;         // GEMM rate of 2022-23 libraries over today's

  // The same of today's, FlashAttention-3 or cuDNN; where cuDNN's is slower, frameworks stay with FlashAttention-2.
  double current_attention() const { return std::max(1.0, cudnn_attention); }
  bool fitted() const { return gemm_sustained != nullptr; }
};

// A row without facts for an architecture that has none.
DeviceClass const& device_class(std::string_view architecture);

}  // namespace hpcadvise::advisor

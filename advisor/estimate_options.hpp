// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is known of the software that will run the job.

#include "advisor/calibration.hpp"
#include "advisor/framework.hpp"

#include <optional>

namespace hpcadvise::advisor {

struct EstimateOptions {
  FrameworkKind framework = FrameworkKind::unknown;
  std::optional<AttentionKernel> attention{};     // absent: as the kind of framework does
  std::optional<bool> tensor_parallel_overlap{};  // the same
  std::optional<bool> fused_loss{};               // the same
  bool plan_assumed = false;                      // recomputation, micro-batch or sharding are a guess
  bool fp8_rowwise = false;                       // a scale for each row, not for the whole tensor
  std::optional<StepCalibration> calibration{};   // from measured steps on this machine
};

inline AttentionKernel attention_kernel(EstimateOptions const& options) {
  return options.attention ? *options.attention : framework_traits(options.framework).attention_kernel;
}

inline bool has_fused_loss(EstimateOptions const& options) {
  return options.fused_loss.value_or(framework_traits(options.framework).fused_loss);
}

}  // namespace hpcadvise::advisor

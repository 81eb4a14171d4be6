// SPDX-License-Identifier: Apache-2.0
#pragma once

// Runs a test with each SIMD instruction set that this processor has and the kernels are compiled for.

#include "kernels/host/simd_targets.hpp"

#include <hwy/highway.h>

#include <cstdint>
#include <string>
#include <vector>

inline std::vector<std::int64_t> simd_targets() { return hwy::SupportedAndGeneratedTargets(); }

// While it lives, the kernels' run-time dispatch chooses `target`.
class SimdTarget {
 public:
  explicit SimdTarget(std::int64_t target) : target_(target) { choose(target); }
  ~SimdTarget() { choose(0); }
  SimdTarget(SimdTarget const&) = delete;
  SimdTarget& operator=(SimdTarget const&) = delete;

  std::string name() const { return hwy::TargetName(target_); }

 private:
  static void choose(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);  // 0: all again
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }

  std::int64_t target_;
};

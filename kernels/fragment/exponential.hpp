// SPDX-License-Identifier: Apache-2.0
#pragma once

// Powers and logarithms of two in fp32, by a device's own instruction. That of powers errs by at most 2^-22 of the
// result (PTX ISA, ex2.approx; AMD says 1 ulp of v_exp_f32) and gives zero for a subnormal one.

#include "kernels/fragment/device_function.hpp"

#include <cmath>

namespace hpcadvise::kernels {

HPCADVISE_DEVICE_FUNCTION float power_of_two(float exponent) {
#if defined(__CUDA_ARCH__)
  float power;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(power) : "f"(exponent));
  return power;
#elif defined(__HIP_DEVICE_COMPILE__)
  return __builtin_amdgcn_exp2f(exponent);
#else
  return std::exp2(exponent);
#endif
}

HPCADVISE_DEVICE_FUNCTION float log_of_two(float power) {
#if defined(__CUDA_ARCH__)
  return log2f(power);
#elif defined(__HIP_DEVICE_COMPILE__)
  return __builtin_amdgcn_logf(power);
#else
  return std::log2(power);
#endif
}

}  // namespace hpcadvise::kernels

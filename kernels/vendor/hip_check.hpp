// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hip/hip_runtime_api.h>

#include <stdexcept>
#include <string>

namespace hpcadvise::kernels {

// Throws std::runtime_error. What failed is told once: it is no error of the next launch.
inline void check_hip(hipError_t code, char const* call) {
  if (code == hipSuccess) return;
  static_cast<void>(hipGetLastError());
  throw std::runtime_error(std::string(call) + ": " + hipGetErrorString(code));
}

}  // namespace hpcadvise::kernels

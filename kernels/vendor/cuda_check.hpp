// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <sstream>
#include <stdexcept>

namespace hpcadvise::kernels {

// Throws std::runtime_error, with what failed in `parts`. It is told once: it is no error of the next launch.
template <class... Parts>
void check_cuda(cudaError_t code, Parts const&... parts) {
  if (code == cudaSuccess) return;
  static_cast<void>(cudaGetLastError());
  std::ostringstream text;
  (text << ... << parts) << ": " << cudaGetErrorString(code);
  throw std::runtime_error(text.str());
}

}  // namespace hpcadvise::kernels

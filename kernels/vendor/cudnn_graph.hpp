// SPDX-License-Identifier: Apache-2.0
#pragma once

// A graph of cuDNN's operations, which it then finds one fused kernel for.

#include "kernels/vendor/cudnn_library.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace hpcadvise::kernels {

using CudnnExtents = std::array<std::int64_t, 4>;

struct CudnnTensor {
  CudnnExtents extents;
  cudnnBackendDescriptor_t descriptor;
};

class CudnnGraph {
 public:
  // In memory that is named by `id` when the graph is executed.
  CudnnTensor in_memory(std::int64_t id, cudnnDataType_t type, CudnnExtents extents, CudnnExtents strides);
  // One number in the host's memory.
  CudnnTensor scalar(std::int64_t id, cudnnDataType_t type);
  // Between two operations, nowhere in memory.
  CudnnTensor between(cudnnDataType_t type, CudnnExtents extents, CudnnExtents strides);

  // Each returns `result`. Sums and functions in fp32 unless said otherwise. A matrix is the last two extents; extents
  // of 1 are broadcast, and of heads those of `b` that share one.
  CudnnTensor product(CudnnTensor a, CudnnTensor b, CudnnTensor result);
  CudnnTensor pointwise(cudnnPointwiseMode_t mode, std::initializer_list<CudnnTensor> operands, CudnnTensor result,
                        cudnnDataType_t precision = CUDNN_DATA_FLOAT);
  CudnnTensor index(CudnnTensor like, std::int64_t axis, CudnnTensor result);
  CudnnTensor reduced(cudnnReduceTensorOp_t operation, CudnnTensor operand, CudnnTensor result);
  CudnnTensor reshaped(CudnnTensor operand, CudnnTensor result);

  // The operations as one descriptor, finalized. `handle` may be null where no device is at hand.
  CudnnDescriptor finalized(cudnnHandle_t handle) const;

 private:
  CudnnTensor tensor(std::int64_t id, cudnnDataType_t type, CudnnExtents extents, CudnnExtents strides, bool is_virtual,
                     bool is_scalar);
  CudnnDescriptor& kept(CudnnDescriptor descriptor);

  std::int64_t next_id_ = 1000;  // above those of tensors in memory
  std::vector<CudnnDescriptor> kept_;
  std::vector<cudnnBackendDescriptor_t> operations_;
};

// Row-major.
constexpr CudnnExtents packed(CudnnExtents extents) {
  return {extents[1] * extents[2] * extents[3], extents[2] * extents[3], extents[3], 1};
}

}  // namespace hpcadvise::kernels

// SPDX-License-Identifier: Apache-2.0
#pragma once

// From a graph to a kernel of cuDNN's choice. Nothing of Kokkos: a plan can be made for a device that is described and
// not there.

#include "kernels/vendor/cudnn_attention.hpp"

#include <vector>

namespace hpcadvise::kernels {

// cuDNN's own choices for operations that are finalized, the best first; empty: it knows no such graph. `device`: a
// finalized CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR where the operations have no handle, else null.
std::vector<CudnnDescriptor> engine_configs(CudnnDescriptor const& operations, cudnnBackendDescriptor_t device);

// A kernel that cuDNN chose, ready to be executed.
class CudnnPlan {
 public:
  // The first of cuDNN's choices that it can build. Throws std::runtime_error where there is none.
  CudnnPlan(CudnnGraph graph, cudnnHandle_t handle);

  std::int64_t scratch_bytes() const { return scratch_bytes_; }

  struct Argument {
    AttentionTensor tensor;
    void const* data;
  };
  void execute(cudnnHandle_t handle, std::vector<Argument> const& arguments, void* scratch) const;

 private:
  CudnnGraph graph_;  // kept with all that the plan was made of: cuDNN does not say whether a plan refers to it
  CudnnDescriptor operations_;
  std::vector<CudnnDescriptor> configs_;
  CudnnDescriptor plan_;
  std::int64_t scratch_bytes_ = 0;
};

}  // namespace hpcadvise::kernels

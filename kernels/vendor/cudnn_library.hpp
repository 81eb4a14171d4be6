// SPDX-License-Identifier: Apache-2.0
#pragma once

// cuDNN's backend interface, of the library that is found when the program runs. Nothing of Kokkos.

#include "kernels/vendor/shared_library.hpp"

#include <cudnn.h>

#include <cstdint>
#include <string>
#include <utility>

namespace hpcadvise::kernels {

struct CudnnLibrary {
  SharedLibrary file{"libcudnn.so.9"};
  decltype(&cudnnGetVersion) version = nullptr;
  decltype(&cudnnGetErrorString) error_text = nullptr;
  decltype(&cudnnGetLastErrorString) last_error_text = nullptr;
  decltype(&cudnnCreate) create = nullptr;
  decltype(&cudnnDestroy) destroy = nullptr;
  decltype(&cudnnSetStream) set_stream = nullptr;
  decltype(&cudnnBackendCreateDescriptor) create_descriptor = nullptr;
  decltype(&cudnnBackendDestroyDescriptor) destroy_descriptor = nullptr;
  decltype(&cudnnBackendSetAttribute) set_attribute = nullptr;
  decltype(&cudnnBackendGetAttribute) get_attribute = nullptr;
  decltype(&cudnnBackendFinalize) finalize = nullptr;
  decltype(&cudnnBackendExecute) execute = nullptr;

  CudnnLibrary();
};

// Loaded once: what it found does not change while the program runs.
CudnnLibrary const& cudnn();

// Throws std::runtime_error with the library's words.
void check(cudnnStatus_t status, char const* call);

// What the backend interface is made of: attributes are set, it is finalized, others refer to it.
class CudnnDescriptor {
 public:
  explicit CudnnDescriptor(cudnnBackendDescriptorType_t type);
  CudnnDescriptor(CudnnDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, nullptr)) {}
  CudnnDescriptor& operator=(CudnnDescriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~CudnnDescriptor();

  void set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, void const* values,
           std::int64_t count = 1);
  void set(cudnnBackendAttributeName_t name, cudnnBackendDescriptor_t descriptor) {
    set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, &descriptor);
  }
  void finalize() const;
  cudnnBackendDescriptor_t get() const { return descriptor_; }

 private:
  cudnnBackendDescriptor_t descriptor_ = nullptr;
};

}  // namespace hpcadvise::kernels

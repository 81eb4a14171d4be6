// SPDX-License-Identifier: Apache-2.0
#include "kernels/vendor/cudnn_library.hpp"

#include <array>
#include <stdexcept>

namespace hpcadvise::kernels {

CudnnLibrary::CudnnLibrary() {
  file.find(version, "cudnnGetVersion");
  file.find(error_text, "cudnnGetErrorString");
  file.find(last_error_text, "cudnnGetLastErrorString");
  file.find(create, "cudnnCreate");
  file.find(destroy, "cudnnDestroy");
  file.find(set_stream, "cudnnSetStream");
  file.find(create_descriptor, "cudnnBackendCreateDescriptor");
  file.find(destroy_descriptor, "cudnnBackendDestroyDescriptor");
  file.find(set_attribute, "cudnnBackendSetAttribute");
  file.find(get_attribute, "cudnnBackendGetAttribute");
  file.find(finalize, "cudnnBackendFinalize");
  file.find(execute, "cudnnBackendExecute");
}

CudnnLibrary const& cudnn() {
  static CudnnLibrary const loaded;
  return loaded;
}

void check(cudnnStatus_t status, char const* call) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  std::array<char, 512> reason{};
  cudnn().last_error_text(reason.data(), reason.size());
  throw std::runtime_error(std::string(call) + ": " + cudnn().error_text(status) + " " + reason.data());
}

CudnnDescriptor::CudnnDescriptor(cudnnBackendDescriptorType_t type) {
  check(cudnn().create_descriptor(type, &descriptor_), "cudnnBackendCreateDescriptor");
}

CudnnDescriptor::~CudnnDescriptor() {
  if (descriptor_ != nullptr) cudnn().destroy_descriptor(descriptor_);
}

void CudnnDescriptor::set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, void const* values,
                          std::int64_t count) {
  check(cudnn().set_attribute(descriptor_, name, type, count, values), "cudnnBackendSetAttribute");
}

void CudnnDescriptor::finalize() const { check(cudnn().finalize(descriptor_), "cudnnBackendFinalize"); }

}  // namespace hpcadvise::kernels

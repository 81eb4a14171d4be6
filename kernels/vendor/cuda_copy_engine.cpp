// SPDX-License-Identifier: Apache-2.0
#include "kernels/vendor/copy_engine.hpp"
#include "kernels/vendor/cuda_check.hpp"

#include <cuda_runtime_api.h>

namespace hpcadvise::kernels {
namespace {

cudaStream_t stream_of(Queue const& queue) { return static_cast<cudaStream_t>(queue.get()); }

// Another device, where one is named, for as long as this lives.
class OnDevice {
 public:
  explicit OnDevice(Ordinal device) {
    check_cuda(cudaGetDevice(&before_), "cudaGetDevice");
    if (device) check_cuda(cudaSetDevice(*device), "cudaSetDevice");
  }
  OnDevice(OnDevice const&) = delete;
  OnDevice& operator=(OnDevice const&) = delete;
  ~OnDevice() { static_cast<void>(cudaSetDevice(before_)); }

 private:
  int before_ = 0;
};

}  // namespace

Queue new_queue(Ordinal device) {
  OnDevice const there(device);
  cudaStream_t stream = nullptr;
  check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
  return {stream, [](void* made) { static_cast<void>(cudaStreamDestroy(static_cast<cudaStream_t>(made))); }};
}

void enqueue_copy(Queue const& queue, void* to, void const* from, std::int64_t bytes) {
  check_cuda(cudaMemcpyAsync(to, from, std::size_t(bytes), cudaMemcpyDefault, stream_of(queue)), "cudaMemcpyAsync");
}

void fence(Queue const& queue) { check_cuda(cudaStreamSynchronize(stream_of(queue)), "cudaStreamSynchronize"); }

std::shared_ptr<void> pin(void* pages, std::int64_t bytes) {
  check_cuda(cudaHostRegister(pages, std::size_t(bytes), cudaHostRegisterDefault), "cudaHostRegister");
  return {pages, [](void* pinned) { static_cast<void>(cudaHostUnregister(pinned)); }};
}

std::shared_ptr<void> device_memory(std::int64_t bytes, Ordinal device) {
  OnDevice const there(device);
  void* memory = nullptr;
  check_cuda(cudaMalloc(&memory, std::size_t(bytes)), "cudaMalloc");
  return {memory, [](void* made) { static_cast<void>(cudaFree(made)); }};
}

void connect(Ordinal from, int to) {
  OnDevice const here(from);
  int device = 0;
  check_cuda(cudaGetDevice(&device), "cudaGetDevice");
  int reachable = 0;
  check_cuda(cudaDeviceCanAccessPeer(&reachable, device, to), "cudaDeviceCanAccessPeer");
  if (reachable == 0) return;
  auto const code = cudaDeviceEnablePeerAccess(to, 0);
  // It stays enabled from one sample to the next. The error would otherwise be found by whoever asks for the last one.
  if (code == cudaErrorPeerAccessAlreadyEnabled)
    static_cast<void>(cudaGetLastError());
  else
    check_cuda(code, "cudaDeviceEnablePeerAccess");
}

}  // namespace hpcadvise::kernels

// SPDX-License-Identifier: Apache-2.0
#include "kernels/vendor/copy_engine.hpp"
#include "kernels/vendor/hip_check.hpp"

#include <hip/hip_runtime_api.h>

namespace hpcadvise::kernels {
namespace {

hipStream_t stream_of(Queue const& queue) { return static_cast<hipStream_t>(queue.get()); }

// Another device, where one is named, for as long as this lives.
class OnDevice {
 public:
  explicit OnDevice(Ordinal device) {
    check_hip(hipGetDevice(&before_), "hipGetDevice");
    if (device) check_hip(hipSetDevice(*device), "hipSetDevice");
  }
  OnDevice(OnDevice const&) = delete;
  OnDevice& operator=(OnDevice const&) = delete;
  ~OnDevice() { static_cast<void>(hipSetDevice(before_)); }

 private:
  int before_ = 0;
};

}  // namespace

Queue new_queue(Ordinal device) {
  OnDevice const there(device);
  hipStream_t stream = nullptr;
  check_hip(hipStreamCreateWithFlags(&stream, hipStreamNonBlocking), "hipStreamCreateWithFlags");
  return {stream, [](void* made) { static_cast<void>(hipStreamDestroy(static_cast<hipStream_t>(made))); }};
}

void enqueue_copy(Queue const& queue, void* to, void const* from, std::int64_t bytes) {
  check_hip(hipMemcpyAsync(to, from, std::size_t(bytes), hipMemcpyDefault, stream_of(queue)), "hipMemcpyAsync");
}

void fence(Queue const& queue) { check_hip(hipStreamSynchronize(stream_of(queue)), "hipStreamSynchronize"); }

std::shared_ptr<void> pin(void* pages, std::int64_t bytes) {
  check_hip(hipHostRegister(pages, std::size_t(bytes), hipHostRegisterDefault), "hipHostRegister");
  return {pages, [](void* pinned) { static_cast<void>(hipHostUnregister(pinned)); }};
}

std::shared_ptr<void> device_memory(std::int64_t bytes, Ordinal device) {
  OnDevice const there(device);
  void* memory = nullptr;
  check_hip(hipMalloc(&memory, std::size_t(bytes)), "hipMalloc");
  return {memory, [](void* made) { static_cast<void>(hipFree(made)); }};
}

void connect(Ordinal from, int to) {
  OnDevice const here(from);
  int device = 0;
  check_hip(hipGetDevice(&device), "hipGetDevice");
  int reachable = 0;
  check_hip(hipDeviceCanAccessPeer(&reachable, device, to), "hipDeviceCanAccessPeer");
  if (reachable == 0) return;
  auto const code = hipDeviceEnablePeerAccess(to, 0);
  // It stays enabled from one sample to the next. The error would otherwise be found by whoever asks for the last one.
  if (code == hipErrorPeerAccessAlreadyEnabled)
    static_cast<void>(hipGetLastError());
  else
    check_hip(code, "hipDeviceEnablePeerAccess");
}

}  // namespace hpcadvise::kernels

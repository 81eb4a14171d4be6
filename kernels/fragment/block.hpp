// SPDX-License-Identifier: Apache-2.0
#pragma once

// The block of threads that code for all of them is run by. On the device each thread runs it and holds itself; on the
// host one thread holds them all, so that code between two barriers loops over `threads_held`, or over `warps_held`.

#include "kernels/fragment/device_function.hpp"
#include "kernels/fragment/fragment.hpp"

namespace hpcadvise::kernels {

template <class Instruction>
struct DeviceBlock {
  using Warp = DeviceWarp<Instruction>;
  static constexpr int threads_held = 1, warps_held = 1;
  int own_thread;

  HPCADVISE_DEVICE_FUNCTION constexpr int thread(int /*held*/) const { return own_thread; }
  HPCADVISE_DEVICE_FUNCTION constexpr int warp_index(int /*held*/) const { return own_thread / Instruction::lanes; }
  HPCADVISE_DEVICE_FUNCTION constexpr Warp warp() const { return {.own_lane = own_thread % Instruction::lanes}; }
  // Of all threads, and their writes to the block's memory are seen after it.
  HPCADVISE_DEVICE_FUNCTION void barrier() const {
#if defined(__CUDA_ARCH__)
    __syncthreads();
#elif defined(__HIP_DEVICE_COMPILE__)
    __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup");
    __builtin_amdgcn_s_barrier();
    __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup");
#else
    __builtin_trap();
#endif
  }
};

template <class Instruction, int warps>
struct ModelBlock {
  using Warp = ModelWarp<Instruction>;
  static constexpr int threads_held = warps * Instruction::lanes, warps_held = warps;

  constexpr int thread(int held) const { return held; }
  constexpr int warp_index(int held) const { return held; }
  constexpr Warp warp() const { return {}; }
  constexpr void barrier() const {}
};

}  // namespace hpcadvise::kernels

// SPDX-License-Identifier: Apache-2.0
#pragma once

// The block of threads that code for all of them is run by. On the device each thread runs it and holds itself; on the
// host one thread holds them all, so that code between two barriers loops over `threads_held`, or over `warps_held`;
// or it is given to each_thread and each_warp, which may then do it as late as the next barrier: what it captures by
// reference must live on until there.

#include "kernels/fragment/asynchronous_copy.hpp"
#include "kernels/fragment/device_function.hpp"
#include "kernels/fragment/fragment.hpp"

#include <cstring>

namespace hpcadvise::kernels {

template <class Instruction>
struct DeviceBlock {
  using Warp = DeviceWarp<Instruction>;
  static constexpr int threads_held = 1, warps_held = 1;
  int own_thread;

  HPCADVISE_DEVICE_FUNCTION constexpr int thread(int /*held*/) const { return own_thread; }
  HPCADVISE_DEVICE_FUNCTION constexpr int warp_index(int /*held*/) const { return own_thread / Instruction::lanes; }
  HPCADVISE_DEVICE_FUNCTION constexpr Warp warp() const { return {.own_lane = own_thread % Instruction::lanes}; }
  // act(held thread, thread) for each thread that is held; act(held warp, warp index) for each warp.
  template <class Act>
  HPCADVISE_DEVICE_FUNCTION void each_thread(Act act) const {
    act(0, own_thread);
  }
  template <class Act>
  HPCADVISE_DEVICE_FUNCTION void each_warp(Act act) const {
    act(0, warp_index(0));
  }
  // Of one thread: see asynchronous_copy.hpp.
  template <int bytes>
  HPCADVISE_DEVICE_FUNCTION void begin_copy(int /*thread*/, void* to, void const* from, int valid_bytes) const {
    kernels::begin_copy<bytes>(to, from, valid_bytes);
  }
  HPCADVISE_DEVICE_FUNCTION void commit_copies(int /*thread*/) const { kernels::commit_copies(); }
  template <int groups>
  HPCADVISE_DEVICE_FUNCTION void wait_for_copies(int /*thread*/) const {
    kernels::wait_for_copies<groups>();
  }
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
  template <class Act>
  void each_thread(Act act) const {
    for (int held = 0; held < threads_held; ++held) act(held, thread(held));
  }
  template <class Act>
  void each_warp(Act act) const {
    for (int held = 0; held < warps_held; ++held) act(held, warp_index(held));
  }
  // The bytes arrive as early as they may.
  template <int bytes>
  void begin_copy(int /*thread*/, void* to, void const* from, int valid_bytes) const {
    std::memset(to, 0, bytes);
    std::memcpy(to, from, std::size_t(valid_bytes));
  }
  constexpr void commit_copies(int /*thread*/) const {}
  template <int groups>
  constexpr void wait_for_copies(int /*thread*/) const {}
  constexpr void barrier() const {}
};

}  // namespace hpcadvise::kernels

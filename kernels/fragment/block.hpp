// SPDX-License-Identifier: Apache-2.0
#pragma once

// The block of threads that code for all of them is run by. On the device each thread runs it and holds itself; on the
// host one thread holds them all, so that code between two barriers loops over `threads_held`, or over `warps_held`;
// or it is given to each_thread and each_warp, which may then do it as late as the next barrier: what it captures by
// reference must live on until there.

#include "kernels/fragment/asynchronous_copy.hpp"
#include "kernels/fragment/descriptor_model.hpp"
#include "kernels/fragment/device_function.hpp"
#include "kernels/fragment/fragment.hpp"
#include "kernels/fragment/load_matrix.hpp"
#include "kernels/fragment/matrix_descriptor.hpp"

#include <cstddef>
#include <cstdint>
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
  // Of an instruction that reads the block's memory: see wgmma.hpp.
  HPCADVISE_DEVICE_FUNCTION std::uint32_t address([[maybe_unused]] void const* in_block) const {
#if defined(__CUDA_ARCH__)
    return std::uint32_t(__cvta_generic_to_shared(in_block));
#else
    HPCADVISE_TRAP();
#endif
  }
  HPCADVISE_DEVICE_FUNCTION void show_written(int /*thread*/) const { Instruction::show_written(); }
  HPCADVISE_DEVICE_FUNCTION void begin_products() const { Instruction::begin_products(); }
  template <MatrixOrder a_order, MatrixOrder b_order>
  HPCADVISE_DEVICE_FUNCTION void multiply(int /*warp_index*/, CFragment<Warp>& c, MatrixDescriptor a,
                                          MatrixDescriptor b, bool added) const {
    Instruction::template multiply_accumulate<a_order, b_order>(c.held[0], a, b, added);
  }
  HPCADVISE_DEVICE_FUNCTION void commit_products(int /*warp_index*/) const { Instruction::commit_products(); }
  template <int groups>
  HPCADVISE_DEVICE_FUNCTION void wait_for_products(int /*warp_index*/, CFragment<Warp>& c) const {
    Instruction::template wait_for_products<groups>(c.held[0]);
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
    HPCADVISE_TRAP();
#endif
  }
};

template <class Instruction, int warps>
struct ModelBlock {
  using Warp = ModelWarp<Instruction>;
  static constexpr int threads_held = warps * Instruction::lanes, warps_held = warps;
  std::byte const* memory = nullptr;  // of the block, for instructions that read it; its addresses begin here

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
  std::uint32_t address(void const* in_block) const {
    return std::uint32_t(static_cast<std::byte const*>(in_block) - memory);
  }
  constexpr void show_written(int /*thread*/) const {}
  constexpr void begin_products() const {}
  // The product is done as early as it may be.
  template <MatrixOrder a_order, MatrixOrder b_order>
  void multiply(int /*warp_index*/, CFragment<Warp>& c, MatrixDescriptor a, MatrixDescriptor b, bool added) const {
    model_multiply_accumulate<Instruction, a_order, b_order>(c.held, memory, a, b, added);
  }
  constexpr void commit_products(int /*warp_index*/) const {}
  template <int groups>
  constexpr void wait_for_products(int /*warp_index*/, CFragment<Warp>& /*c*/) const {}
  constexpr void barrier() const {}
};

}  // namespace hpcadvise::kernels

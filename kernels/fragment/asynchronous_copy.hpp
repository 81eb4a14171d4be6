// SPDX-License-Identifier: Apache-2.0
#pragma once

// NVIDIA's cp.async of sm_80 and later: copies into the block's memory that go on while the thread that began them does
// other things (PTX ISA, "Data Movement and Conversion Instructions: cp.async"). What a thread began since it last
// committed is a group. AMD's gfx90a has nothing like it.

#include "kernels/fragment/device_function.hpp"

#include <cstdint>

namespace hpcadvise::kernels {

#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
#define HPCADVISE_HAS_CP_ASYNC 1
#else
#define HPCADVISE_HAS_CP_ASYNC 0
#endif

// `bytes`, 4, 8 or 16, both addresses at a multiple of that: the first `valid_bytes` from memory, then zeros. 16 bytes
// go past the first cache, which has no use for them.
template <int bytes>
HPCADVISE_DEVICE_FUNCTION void begin_copy([[maybe_unused]] void* to, [[maybe_unused]] void const* from,
                                          [[maybe_unused]] int valid_bytes) {
  static_assert(bytes == 4 || bytes == 8 || bytes == 16);
#if HPCADVISE_HAS_CP_ASYNC
  auto const address = std::uint32_t(__cvta_generic_to_shared(to));
  auto const source = __cvta_generic_to_global(from);
  if constexpr (bytes == 16) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
                 :
                 : "r"(address), "l"(source), "r"(valid_bytes)
                 : "memory");
  } else {
    asm volatile("cp.async.ca.shared.global [%0], [%1], %3, %2;"
                 :
                 : "r"(address), "l"(source), "r"(valid_bytes), "n"(bytes)
                 : "memory");
  }
#else
  HPCADVISE_TRAP();
#endif
}

HPCADVISE_DEVICE_FUNCTION void commit_copies() {
#if HPCADVISE_HAS_CP_ASYNC
  asm volatile("cp.async.commit_group;" ::: "memory");
#else
  HPCADVISE_TRAP();
#endif
}

// Until all groups of this thread but the last `groups` have arrived. Other threads see them after a barrier.
template <int groups>
HPCADVISE_DEVICE_FUNCTION void wait_for_copies() {
#if HPCADVISE_HAS_CP_ASYNC
  asm volatile("cp.async.wait_group %0;" ::"n"(groups) : "memory");
#else
  HPCADVISE_TRAP();
#endif
}

#undef HPCADVISE_HAS_CP_ASYNC

}  // namespace hpcadvise::kernels

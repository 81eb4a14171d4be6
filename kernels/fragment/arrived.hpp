// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where a thread first uses what it has loaded: a compiler that does a part of that use where the load is waits for it
// there.

#include "kernels/fragment/device_function.hpp"
#include "kernels/fragment/registers.hpp"

#include <cstdint>

namespace hpcadvise::kernels {

template <int count>
HPCADVISE_DEVICE_FUNCTION Registers<std::uint32_t, count> arrived(Registers<std::uint32_t, count> words) {
  HPCADVISE_UNROLL
  for (std::uint32_t& word : words.element) {
#if defined(__CUDA_ARCH__)
    asm volatile("" : "+r"(word));
#elif defined(__HIP_DEVICE_COMPILE__)
    asm volatile("" : "+v"(word));
#else
    (void)word;
#endif
  }
  return words;
}

}  // namespace hpcadvise::kernels

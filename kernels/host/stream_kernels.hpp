// SPDX-License-Identifier: Apache-2.0
#pragma once

// One thread's part of the stream kernels, for the running processor's SIMD instructions. No Kokkos in here.

#include <cstdint>

namespace hpcadvise::kernels {

// Pointers to the piece's first elements; what a kernel does not use is not looked at.
struct StreamPass {
  double* a;
  double const* b;
  double const* c;
  std::int64_t count;
  double scalar;
  bool non_temporal;  // taken as a wish: arrays that are not aligned to a vector get ordinary stores
};

struct StreamFunctions {
  void (*read)(StreamPass const&);
  void (*write)(StreamPass const&);
  void (*copy)(StreamPass const&);
  void (*triad)(StreamPass const&);
  void (*strided)(StreamPass const&);
};

// The best for this processor.
StreamFunctions stream_functions();

}  // namespace hpcadvise::kernels

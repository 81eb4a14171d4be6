// SPDX-License-Identifier: Apache-2.0
#pragma once

// Memory traffic with nothing else: each kernel's bytes a element stand beside it.

#include <Kokkos_Core.hpp>

#include <string_view>

namespace hpcadvise::kernels {

enum class StreamKernel { read, write, copy, triad, strided };

std::string_view to_string(StreamKernel kernel);

// Bytes moved for each element of type double, write-allocate not counted (as STREAM counts).
constexpr double stream_bytes_per_element(StreamKernel kernel) {
  switch (kernel) {
    case StreamKernel::read:
    case StreamKernel::write:
    case StreamKernel::strided: return 8;
    case StreamKernel::copy: return 16;
    case StreamKernel::triad: return 24;
  }
  return 0;
}

using Vector = Kokkos::View<double*, Kokkos::HostSpace>;

}  // namespace hpcadvise::kernels

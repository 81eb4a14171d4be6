// SPDX-License-Identifier: Apache-2.0
#include "kernels/stream.hpp"

#include <algorithm>

namespace hpcadvise::kernels {

std::string_view to_string(StreamKernel kernel) {
  switch (kernel) {
    case StreamKernel::read: return "read";
    case StreamKernel::write: return "write";
    case StreamKernel::copy: return "copy";
    case StreamKernel::triad: return "triad";
    case StreamKernel::strided: return "strided";
  }
  return "";
}

StreamPiece stream_piece(std::int64_t extent, std::int64_t pieces, std::int64_t index) {
  constexpr std::int64_t elements_per_line = 64 / sizeof(double);
  std::int64_t const lines = (extent + elements_per_line - 1) / elements_per_line;
  auto const boundary = [&](std::int64_t piece) {
    return std::min(extent, lines * piece / pieces * elements_per_line);
  };
  return {.begin = boundary(index), .end = boundary(index + 1)};
}

}  // namespace hpcadvise::kernels

// SPDX-License-Identifier: Apache-2.0
#pragma once

// Memory traffic with next to nothing else. Each thread (on a device: team of threads) works on a contiguous piece of
// its own, again and again if asked, inside one launch: so the same kernels measure a first cache and main memory.

#include "kernels/space.hpp"

#include <cstdint>
#include <string_view>

namespace hpcadvise::kernels {

// What one pass does, with s = stream_scalar:
//   read     the sum of b's piece, into the piece's first element of a
//   write    a = s
//   copy     a = b
//   triad    a = b + s c
//   strided  as read, of every stream_stride-th element of b: one double of each cache line
enum class StreamKernel { read, write, copy, triad, strided };

// On a host, ordinary stores bring the line into the cache first; non-temporal ones go past it. They pay where the
// arrays are larger than the last cache, and cost a factor where they are not.
enum class Stores { ordinary, non_temporal };

std::string_view to_string(StreamKernel kernel);

constexpr double stream_scalar = 3;  // as in STREAM (McCalpin 1995)
constexpr std::int64_t stream_stride = 8;

// Bytes of one pass over each element of the arrays' extent, what the kernel asks for and nothing else: no
// write-allocate (as STREAM counts), and of a cache line in `strided` the one double. Bytes = this * extent * repeats.
constexpr double stream_bytes_per_element(StreamKernel kernel) {
  switch (kernel) {
    case StreamKernel::read:
    case StreamKernel::write: return 8;
    case StreamKernel::strided: return 8.0 / stream_stride;
    case StreamKernel::copy: return 16;
    case StreamKernel::triad: return 24;
  }
  return 0;
}

// Arrays that the kernel has, for sizing the working set: a thread's share of it is this * extent * 8 / threads bytes.
constexpr int stream_array_count(StreamKernel kernel) {
  switch (kernel) {
    case StreamKernel::read:
    case StreamKernel::strided:
    case StreamKernel::write: return 1;
    case StreamKernel::copy: return 2;
    case StreamKernel::triad: return 3;
  }
  return 0;
}

using Vector = Kokkos::View<double*, MemorySpace>;

// All of the same extent; what a kernel does not use may be empty (read and strided use a and b, write a, copy a and
// b).
struct StreamArrays {
  Vector a;
  Vector b;
  Vector c;
};

// The elements [begin, end) of thread `index`; pieces begin on cache lines.
struct StreamPiece {
  std::int64_t begin;
  std::int64_t end;
};
KOKKOS_INLINE_FUNCTION StreamPiece stream_piece(std::int64_t extent, std::int64_t pieces, std::int64_t index) {
  constexpr std::int64_t elements_per_line = 64 / sizeof(double);
  std::int64_t const lines = (extent + elements_per_line - 1) / elements_per_line;
  std::int64_t const begin = lines * index / pieces * elements_per_line;
  std::int64_t const end = lines * (index + 1) / pieces * elements_per_line;
  return {.begin = begin < extent ? begin : extent, .end = end < extent ? end : extent};
}

// Of stream() on this space.
std::int64_t stream_piece_count(Space const& space);

// Enqueue on `space` and return; the caller fences. `stores` is for the host; a device's write past the first cache.
void stream(Space const& space, StreamKernel kernel, StreamArrays const& arrays, std::int64_t repeats = 1,
            Stores stores = Stores::ordinary);

// Sets each piece from the thread that will work on it, so that on a fresh, uninitialized vector its pages lie in that
// thread's memory.
void stream_fill(Space const& space, Vector const& vector, double value);

}  // namespace hpcadvise::kernels

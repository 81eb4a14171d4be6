// SPDX-License-Identifier: Apache-2.0
#include "kernels/stream.hpp"

#include "kernels/host/stream_kernels.hpp"

namespace hpcadvise::kernels {
namespace {

// Piece i to thread i in every launch: its pages and its caches are where it is.
using PieceRange = Kokkos::RangePolicy<Space, Kokkos::Schedule<Kokkos::Static>, Kokkos::IndexType<std::int64_t>>;
using PassFunction = void (*)(StreamPass const&);

PassFunction function_of(StreamKernel kernel) {
  auto const functions = stream_functions();
  switch (kernel) {
    case StreamKernel::read: return functions.read;
    case StreamKernel::write: return functions.write;
    case StreamKernel::copy: return functions.copy;
    case StreamKernel::triad: return functions.triad;
    case StreamKernel::strided: return functions.strided;
  }
  return functions.read;
}

void enqueue(Space const& space, PassFunction function, StreamArrays const& arrays, double scalar, std::int64_t repeats,
             Stores stores) {
  auto const extent = std::int64_t(arrays.a.extent(0));
  std::int64_t const pieces = stream_piece_count(space);
  StreamPass const whole{.a = arrays.a.data(),
                         .b = arrays.b.data(),
                         .c = arrays.c.data(),
                         .count = extent,
                         .scalar = scalar,
                         .non_temporal = stores == Stores::non_temporal};
  Kokkos::parallel_for("hpcadvise::stream", PieceRange(space, 0, pieces), [=](std::int64_t index) {
    auto const [begin, end] = stream_piece(extent, pieces, index);
    if (begin == end) return;
    StreamPass pass = whole;
    pass.a += begin;
    if (pass.b != nullptr) pass.b += begin;
    if (pass.c != nullptr) pass.c += begin;
    pass.count = end - begin;
    for (std::int64_t repeat = 0; repeat < repeats; ++repeat) function(pass);
  });
}

}  // namespace

std::int64_t stream_piece_count(Space const& space) { return space.concurrency(); }

void stream(Space const& space, StreamKernel kernel, StreamArrays const& arrays, std::int64_t repeats, Stores stores) {
  KOKKOS_EXPECTS(kernel == StreamKernel::write || arrays.b.extent(0) == arrays.a.extent(0));
  KOKKOS_EXPECTS(kernel != StreamKernel::triad || arrays.c.extent(0) == arrays.a.extent(0));
  enqueue(space, function_of(kernel), arrays, stream_scalar, repeats, stores);
}

void stream_fill(Space const& space, Vector const& vector, double value) {
  enqueue(space, stream_functions().write, {.a = vector, .b = {}, .c = {}}, value, 1, Stores::ordinary);
}

}  // namespace hpcadvise::kernels

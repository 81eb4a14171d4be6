// SPDX-License-Identifier: Apache-2.0
#include "kernels/stream.hpp"

#include <algorithm>

namespace hpcadvise::kernels {
namespace {

constexpr int team_size = 256;

using Policy = Kokkos::TeamPolicy<Space, Kokkos::LaunchBounds<team_size>, Kokkos::IndexType<std::int64_t>>;
using Team = Policy::member_type;

// A team a piece, its threads side by side in it.
template <StreamKernel kernel>
struct StreamTeam {
  double* a;
  double const* b;
  double const* c;
  std::int64_t extent;
  std::int64_t pieces;
  std::int64_t repeats;
  double scalar;

  KOKKOS_FUNCTION void operator()(Team const& team) const {
    auto const [begin, end] = stream_piece(extent, pieces, team.league_rank());
    for (std::int64_t repeat = 0; repeat < repeats; ++repeat) pass(team, begin, end);
  }

 private:
  KOKKOS_FUNCTION void pass(Team const& team, std::int64_t begin, std::int64_t end) const {
    if constexpr (kernel == StreamKernel::read || kernel == StreamKernel::strided) {
      constexpr std::int64_t stride = kernel == StreamKernel::read ? 1 : stream_stride;
      double sum = 0;
      Kokkos::parallel_reduce(
          Kokkos::TeamThreadRange(team, (end - begin + stride - 1) / stride),
          [&](std::int64_t i, double& part) { part += b[begin + i * stride]; }, sum);
      Kokkos::single(Kokkos::PerTeam(team), [&] {
        if (begin < end) a[begin] = sum;
      });
    } else {
      for (std::int64_t i = begin + team.team_rank(); i < end; i += team.team_size()) {
        if constexpr (kernel == StreamKernel::write) a[i] = scalar;
        if constexpr (kernel == StreamKernel::copy) a[i] = b[i];
        if constexpr (kernel == StreamKernel::triad) a[i] = b[i] + scalar * c[i];
      }
    }
  }
};

template <StreamKernel kernel>
void enqueue(Space const& space, StreamArrays const& arrays, double scalar, std::int64_t repeats) {
  std::int64_t const pieces = stream_piece_count(space);
  StreamTeam<kernel> const body{.a = arrays.a.data(),
                                .b = arrays.b.data(),
                                .c = arrays.c.data(),
                                .extent = std::int64_t(arrays.a.extent(0)),
                                .pieces = pieces,
                                .repeats = repeats,
                                .scalar = scalar};
  Kokkos::parallel_for("hpcadvise::stream", Policy(space, int(pieces), team_size), body);
}

}  // namespace

// As many as are resident at the same time.
std::int64_t stream_piece_count(Space const& space) { return std::max(1, space.concurrency() / team_size); }

void stream(Space const& space, StreamKernel kernel, StreamArrays const& arrays, std::int64_t repeats, Stores) {
  KOKKOS_EXPECTS(kernel == StreamKernel::write || arrays.b.extent(0) == arrays.a.extent(0));
  KOKKOS_EXPECTS(kernel != StreamKernel::triad || arrays.c.extent(0) == arrays.a.extent(0));
  switch (kernel) {
    case StreamKernel::read: return enqueue<StreamKernel::read>(space, arrays, stream_scalar, repeats);
    case StreamKernel::write: return enqueue<StreamKernel::write>(space, arrays, stream_scalar, repeats);
    case StreamKernel::copy: return enqueue<StreamKernel::copy>(space, arrays, stream_scalar, repeats);
    case StreamKernel::triad: return enqueue<StreamKernel::triad>(space, arrays, stream_scalar, repeats);
    case StreamKernel::strided: return enqueue<StreamKernel::strided>(space, arrays, stream_scalar, repeats);
  }
}

void stream_fill(Space const& space, Vector const& vector, double value) {
  enqueue<StreamKernel::write>(space, {.a = vector, .b = {}, .c = {}}, value, 1);
}

}  // namespace hpcadvise::kernels

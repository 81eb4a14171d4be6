// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/stream_check.hpp"

#include <cmath>
#include <limits>

namespace hpcadvise::probes::runner {
namespace {

using kernels::Space;
using kernels::StreamArrays;
using kernels::StreamKernel;

constexpr double unit_roundoff = std::numeric_limits<double>::epsilon() / 2;

double relative(double difference, double norm) { return difference == 0 ? 0 : std::sqrt(difference / norm); }

// What each addition rounds off is kept and added at the end (Neumaier 1974).
struct CompensatedSum {
  double sum = 0;
  double lost = 0;

  KOKKOS_FUNCTION void add(double value) {
    double const next = sum + value;
    lost += std::fabs(sum) >= std::fabs(value) ? (sum - next) + value : (value - next) + sum;
    sum = next;
  }
  KOKKOS_FUNCTION double total() const { return sum + lost; }
};

// Of the sum that a piece's first element holds.
struct SumError {
  StreamArrays arrays;
  std::int64_t pieces;
  std::int64_t stride;

  KOKKOS_FUNCTION void operator()(std::int64_t index, double& difference, double& norm) const {
    auto const piece = kernels::stream_piece(std::int64_t(arrays.b.extent(0)), pieces, index);
    if (piece.begin == piece.end) return;
    CompensatedSum sum;
    for (std::int64_t i = piece.begin; i < piece.end; i += stride) sum.add(arrays.b(std::size_t(i)));
    double const d = arrays.a(std::size_t(piece.begin)) - sum.total();
    difference += d * d;
    norm += sum.total() * sum.total();
  }
};

struct ElementError {
  StreamKernel kernel;
  StreamArrays arrays;

  KOKKOS_FUNCTION double expected(std::size_t i) const {
    if (kernel == StreamKernel::write) return kernels::stream_scalar;
    if (kernel == StreamKernel::copy) return arrays.b(i);
    return arrays.b(i) + kernels::stream_scalar * arrays.c(i);
  }
  KOKKOS_FUNCTION void operator()(std::int64_t index, double& difference, double& norm) const {
    auto const i = std::size_t(index);
    double const d = arrays.a(i) - expected(i);
    difference += d * d;
    norm += expected(i) * expected(i);
  }
};

template <class Error>
double error_over(Space const& space, std::int64_t count, Error const& error) {
  double difference = 0;
  double norm = 0;
  Kokkos::parallel_reduce("hpcadvise::stream_check",
                          Kokkos::RangePolicy<Space, Kokkos::IndexType<std::int64_t>>(space, 0, count), error,
                          difference, norm);
  return relative(difference, norm);
}

double error_of_sums(Space const& space, StreamArrays const& arrays, std::int64_t stride) {
  auto const pieces = kernels::stream_piece_count(space);
  return error_over(space, pieces, SumError{.arrays = arrays, .pieces = pieces, .stride = stride});
}

double error_of_elements(Space const& space, StreamKernel kernel, StreamArrays const& arrays) {
  return error_over(space, std::int64_t(arrays.a.extent(0)), ElementError{.kernel = kernel, .arrays = arrays});
}

}  // namespace

double stream_relative_error(Space const& space, StreamKernel kernel, StreamArrays const& arrays) {
  switch (kernel) {
    case StreamKernel::read: return error_of_sums(space, arrays, 1);
    case StreamKernel::strided: return error_of_sums(space, arrays, kernels::stream_stride);
    default: return error_of_elements(space, kernel, arrays);
  }
}

double stream_error_bound(StreamKernel kernel, std::int64_t longest_piece) {
  switch (kernel) {
    case StreamKernel::read:
    case StreamKernel::strided: return 8 * unit_roundoff * std::sqrt(double(longest_piece));
    case StreamKernel::triad: return 4 * unit_roundoff;
    default: return 0;
  }
}

}  // namespace hpcadvise::probes::runner

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

double relative(long double difference, long double norm) {
  return difference == 0 ? 0 : double(std::sqrt(difference / norm));
}

double error_of_sums(Space const& space, StreamArrays const& arrays, std::int64_t stride) {
  long double difference = 0;
  long double norm = 0;
  int const pieces = space.concurrency();
  for (int index = 0; index < pieces; ++index) {
    auto const piece = kernels::stream_piece(std::int64_t(arrays.b.extent(0)), pieces, index);
    if (piece.begin == piece.end) continue;
    long double sum = 0;
    Kokkos::parallel_reduce(
        "hpcadvise::stream_check::sum",
        Kokkos::RangePolicy<Space, Kokkos::IndexType<std::int64_t>>(space, 0,
                                                                    (piece.end - piece.begin + stride - 1) / stride),
        [=](std::int64_t i, long double& part) { part += arrays.b(std::size_t(piece.begin + i * stride)); }, sum);
    long double const d = arrays.a(std::size_t(piece.begin)) - sum;
    difference += d * d;
    norm += sum * sum;
  }
  return relative(difference, norm);
}

double expected_element(StreamKernel kernel, StreamArrays const& arrays, std::size_t i) {
  switch (kernel) {
    case StreamKernel::write: return kernels::stream_scalar;
    case StreamKernel::copy: return arrays.b(i);
    default: return std::fma(kernels::stream_scalar, arrays.c(i), arrays.b(i));
  }
}

double error_of_elements(Space const& space, StreamKernel kernel, StreamArrays const& arrays) {
  double difference = 0;
  double norm = 0;
  Kokkos::parallel_reduce(
      "hpcadvise::stream_check::elements",
      Kokkos::RangePolicy<Space, Kokkos::IndexType<std::size_t>>(space, 0, arrays.a.extent(0)),
      [=](std::size_t i, double& difference_part, double& norm_part) {
        double const expected = expected_element(kernel, arrays, i);
        difference_part += (arrays.a(i) - expected) * (arrays.a(i) - expected);
        norm_part += expected * expected;
      },
      difference, norm);
  return relative(difference, norm);
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

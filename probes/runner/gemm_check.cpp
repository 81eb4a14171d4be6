// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/gemm_check.hpp"

#include "kernels/fragment/number_formats.hpp"
#include "probes/runner/inputs.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>
#include <vector>

namespace hpcadvise::probes::runner {
namespace {

using Space = HostSpace;
using kernels::Transpose;

constexpr std::size_t vector_count = GemmReference::vector_count;
template <class Wide>
using Vectors = std::vector<std::array<Wide, vector_count>>;  // one row: an element of each vector

template <class Element, class Wide>
Vectors<Wide> rows_times(Space const& space, HostMatrix<Element> const& matrix, Vectors<Wide> const& x) {
  Vectors<Wide> product(matrix.extent(0));
  auto* const out = product.data();
  auto const* const in = x.data();
  Kokkos::parallel_for("hpcadvise::gemm_check::rows", Kokkos::RangePolicy<Space>(space, 0, matrix.extent(0)),
                       [=](std::size_t i) {
                         std::array<Wide, vector_count> sum{};
                         for (std::size_t j = 0; j < matrix.extent(1); ++j)
                           for (std::size_t v = 0; v < vector_count; ++v)
                             sum[v] += Wide(kernels::widened(matrix(i, j))) * in[j][v];
                         out[i] = sum;
                       });
  space.fence();
  return product;
}

template <class Element, class Wide>
Vectors<Wide> columns_times(Space const& space, HostMatrix<Element> const& matrix, Vectors<Wide> const& x) {
  constexpr std::size_t block = 64;  // columns at a time, so that rows are read by whole cache lines
  Vectors<Wide> product(matrix.extent(1));
  auto* const out = product.data();
  auto const* const in = x.data();
  std::size_t const columns = matrix.extent(1);
  Kokkos::parallel_for("hpcadvise::gemm_check::columns",
                       Kokkos::RangePolicy<Space>(space, 0, (columns + block - 1) / block), [=](std::size_t b) {
                         for (std::size_t i = 0; i < matrix.extent(0); ++i)
                           for (std::size_t j = b * block; j < std::min(columns, (b + 1) * block); ++j)
                             for (std::size_t v = 0; v < vector_count; ++v)
                               out[j][v] += Wide(kernels::widened(matrix(i, j))) * in[i][v];
                       });
  space.fence();
  return product;
}

template <class Element, class Wide>
Vectors<Wide> times(Space const& space, Transpose op, HostMatrix<Element> const& matrix, Vectors<Wide> const& x) {
  return op == Transpose::no ? rows_times(space, matrix, x) : columns_times(space, matrix, x);
}

template <class Wide>
Vectors<Wide> signs(std::size_t length) {
  Vectors<Wide> result(length);
  for (std::size_t j = 0; j < length; ++j)
    for (std::size_t v = 0; v < vector_count; ++v) result[j][v] = (random_bits(99, j) >> v & 1) != 0 ? 1 : -1;
  return result;
}

template <class Element>
using WideOf = std::conditional_t<std::is_same_v<Element, double>, long double, double>;

template <class Element>
GemmReference reference_of(Space const& space, Transpose a_op, Transpose b_op, HostMatrix<Element> const& a,
                           HostMatrix<Element> const& b) {
  auto const columns = b.extent(b_op == Transpose::no ? 1 : 0);
  auto const products = times(space, a_op, a, times(space, b_op, b, signs<WideOf<Element>>(columns)));
  GemmReference reference;
  for (auto const& row : products) std::ranges::copy(row, reference.rows.emplace_back().begin());
  return reference;
}

template <class Result>
double relative_error(Space const& space, GemmReference const& reference, HostMatrix<Result> const& c) {
  using Wide = WideOf<Result>;
  auto const found = times(space, Transpose::no, c, signs<Wide>(c.extent(1)));
  Wide difference = 0;
  Wide norm = 0;
  for (std::size_t i = 0; i < found.size(); ++i)
    for (std::size_t v = 0; v < vector_count; ++v) {
      auto const expected = Wide(reference.rows[i][v]);
      Wide const d = found[i][v] - expected;
      difference += d * d;
      norm += expected * expected;
    }
  return double(std::sqrt(difference / norm));
}

}  // namespace

GemmReference gemm_reference(Space const& space, Transpose a_op, Transpose b_op, HostMatrix<float> const& a,
                             HostMatrix<float> const& b) {
  return reference_of(space, a_op, b_op, a, b);
}

GemmReference gemm_reference(Space const& space, Transpose a_op, Transpose b_op, HostMatrix<double> const& a,
                             HostMatrix<double> const& b) {
  return reference_of(space, a_op, b_op, a, b);
}

GemmReference gemm_reference(Space const& space, Transpose a_op, Transpose b_op, HostMatrix<kernels::Half> const& a,
                             HostMatrix<kernels::Half> const& b) {
  return reference_of(space, a_op, b_op, a, b);
}

GemmReference gemm_reference(Space const& space, Transpose a_op, Transpose b_op, HostMatrix<kernels::BFloat16> const& a,
                             HostMatrix<kernels::BFloat16> const& b) {
  return reference_of(space, a_op, b_op, a, b);
}

GemmReference gemm_reference(Space const& space, Transpose a_op, Transpose b_op, HostMatrix<kernels::E4M3> const& a,
                             HostMatrix<kernels::E4M3> const& b) {
  return reference_of(space, a_op, b_op, a, b);
}

double gemm_relative_error(Space const& space, GemmReference const& reference, HostMatrix<float> const& c) {
  return relative_error(space, reference, c);
}

double gemm_relative_error(Space const& space, GemmReference const& reference, HostMatrix<double> const& c) {
  return relative_error(space, reference, c);
}

double gemm_relative_error(Space const& space, GemmReference const& reference, HostMatrix<kernels::Half> const& c) {
  return relative_error(space, reference, c);
}

double gemm_relative_error(Space const& space, GemmReference const& reference, HostMatrix<kernels::BFloat16> const& c) {
  return relative_error(space, reference, c);
}

double gemm_error_bound(GemmRounding rounding, std::int64_t length) {
  return 2 * rounding.operands + 8 * rounding.sums * std::sqrt(double(length)) + rounding.result;
}

}  // namespace hpcadvise::probes::runner

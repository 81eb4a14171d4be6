// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/gemm_check.hpp"
#include "probes/runner/inputs.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <cmath>
#include <limits>

using namespace hpcadvise;
using Catch::Matchers::WithinRel;
using kernels::Matrix;
using kernels::Transpose;

namespace {

Kokkos::DefaultHostExecutionSpace const space;

template <class Scalar>
Matrix<Scalar> random_matrix(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  Matrix<Scalar> matrix("matrix", rows, columns);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j)
      matrix(i, j) = Scalar(probes::runner::random_value(seed, i * columns + j));
  return matrix;
}

template <class Scalar>
Matrix<Scalar> transposed(Matrix<Scalar> const& matrix) {
  Matrix<Scalar> result("transposed", matrix.extent(1), matrix.extent(0));
  for (std::size_t i = 0; i < matrix.extent(0); ++i)
    for (std::size_t j = 0; j < matrix.extent(1); ++j) result(j, i) = matrix(i, j);
  return result;
}

template <class Scalar>
Matrix<Scalar> product(Matrix<Scalar> const& a, Matrix<Scalar> const& b) {
  Matrix<Scalar> c("product", a.extent(0), b.extent(1));
  for (std::size_t i = 0; i < a.extent(0); ++i)
    for (std::size_t j = 0; j < b.extent(1); ++j)
      for (std::size_t p = 0; p < a.extent(1); ++p) c(i, j) += a(i, p) * b(p, j);
  return c;
}

template <class Element, class Result>
double relative_error(Transpose a_op, Transpose b_op, Matrix<Element> const& a, Matrix<Element> const& b,
                      Matrix<Result> const& c) {
  return probes::runner::gemm_relative_error(space, probes::runner::gemm_reference(space, a_op, b_op, a, b), c);
}

constexpr double unit_roundoff_fp32 = std::numeric_limits<float>::epsilon() / 2;

}  // namespace

TEST_CASE("A product in fp32 is right to within its bound, however its operands are stored", "[runner][gemm]") {
  auto const a = random_matrix<float>(37, 150, 1);
  auto const b = random_matrix<float>(150, 70, 2);
  auto const c = product(a, b);
  double const bound = probes::runner::gemm_error_bound({.sums = unit_roundoff_fp32}, 150);

  double const error = relative_error(Transpose::no, Transpose::no, a, b, c);
  CHECK(error > unit_roundoff_fp32 / 10);  // there is rounding, and it is seen
  CHECK(error < bound);
  CHECK_THAT(relative_error(Transpose::yes, Transpose::no, transposed(a), b, c), WithinRel(error, 1e-6));
  CHECK_THAT(relative_error(Transpose::no, Transpose::yes, a, transposed(b), c), WithinRel(error, 1e-6));
}

TEST_CASE("A product in fp64 is held to fp64", "[runner][gemm]") {
  auto const a = random_matrix<double>(20, 90, 1);
  auto const b = random_matrix<double>(90, 30, 2);
  auto const c = product(a, b);
  double const bound = probes::runner::gemm_error_bound({.sums = std::numeric_limits<double>::epsilon() / 2}, 90);
  CHECK(relative_error(Transpose::no, Transpose::no, a, b, c) < bound);
  c(3, 4) += 1e-9;
  CHECK(relative_error(Transpose::no, Transpose::no, a, b, c) > bound);
}

TEST_CASE("One wrong element of a product is seen", "[runner][gemm]") {
  auto const a = random_matrix<float>(64, 64, 1);
  auto const b = random_matrix<float>(64, 64, 2);
  auto const c = product(a, b);
  for (std::size_t row : {0u, 31u, 63u}) {
    float const right = c(row, 63 - row);
    c(row, 63 - row) = right + 1.0f;
    // Elements have a variance of 64/9, so an error of 1 in one of 4096 is 1 / sqrt(4096 * 64/9), about 0.006.
    double const error = relative_error(Transpose::no, Transpose::no, a, b, c);
    CHECK(error > 0.003);
    CHECK(error < 0.012);
    c(row, 63 - row) = right;
  }
}

TEST_CASE("An element that was never written makes the error no number", "[runner][gemm]") {
  auto const a = random_matrix<float>(8, 8, 1);
  auto const c = product(a, a);
  c(7, 7) = std::numeric_limits<float>::quiet_NaN();
  CHECK(std::isnan(relative_error(Transpose::no, Transpose::no, a, a, c)));
}

TEST_CASE("A product whose operands were rounded to bf16 is wrong", "[runner][gemm]") {
  auto const a = random_matrix<float>(32, 256, 1);
  auto const b = random_matrix<float>(256, 32, 2);
  auto const rounded = random_matrix<float>(32, 256, 1);
  for (std::size_t i = 0; i < 32; ++i)
    for (std::size_t j = 0; j < 256; ++j) rounded(i, j) = std::round(a(i, j) * 256) / 256;
  CHECK(relative_error(Transpose::no, Transpose::no, a, b, product(rounded, b)) >
        10 * probes::runner::gemm_error_bound({.sums = unit_roundoff_fp32}, 256));
}

TEST_CASE("The sum's first element missing is outside of the bound", "[runner][gemm]") {
  auto const a = random_matrix<float>(16, 4096, 1);
  auto const b = random_matrix<float>(4096, 16, 2);
  auto const c = product(a, b);
  for (std::size_t i = 0; i < 16; ++i)
    for (std::size_t j = 0; j < 16; ++j) c(i, j) -= a(i, 0) * b(0, j);
  CHECK(relative_error(Transpose::no, Transpose::no, a, b, c) >
        10 * probes::runner::gemm_error_bound({.sums = unit_roundoff_fp32}, 4096));
}

TEST_CASE("Operands and results of 16 bits are widened as they are, and rounding to them is in the bound",
          "[runner][gemm]") {
  constexpr double unit_roundoff_bf16 = 1.0 / 256;  // 8 significant bits
  auto const a = random_matrix<float>(24, 64, 1);
  auto const b = random_matrix<float>(64, 24, 2);
  Matrix<kernels::BFloat16> const a16("a16", 24, 64), b16("b16", 64, 24), c16("c16", 24, 24);
  auto const round = [](Matrix<float> const& from, Matrix<kernels::BFloat16> const& to) {
    for (std::size_t i = 0; i < from.extent(0); ++i)
      for (std::size_t j = 0; j < from.extent(1); ++j) {
        to(i, j) = kernels::to_bfloat16(from(i, j));
        from(i, j) = kernels::widened(to(i, j));
      }
  };
  round(a, a16);
  round(b, b16);
  round(product(a, b), c16);
  double const error = relative_error(Transpose::no, Transpose::no, a16, b16, c16);
  double const bound = probes::runner::gemm_error_bound({.sums = unit_roundoff_fp32, .result = unit_roundoff_bf16}, 64);
  CHECK(error < bound);
  CHECK(error > unit_roundoff_bf16 / 10);
  CHECK(error > 100 * probes::runner::gemm_error_bound({.sums = unit_roundoff_fp32}, 64));
  c16(3, 5) = kernels::to_bfloat16(std::numeric_limits<float>::quiet_NaN());
  CHECK(std::isnan(relative_error(Transpose::no, Transpose::no, a16, b16, c16)));
}

TEST_CASE("A product in fp8 is right to within its bound, and not with a byte read in AMD's bias of 8",
          "[runner][gemm]") {
  constexpr std::size_t m = 48, n = 32, k = 160;
  Matrix<kernels::E4M3> const a("a", m, k), b("b", n, k);
  for (std::size_t i = 0; i < a.size(); ++i)
    a.data()[i] = probes::runner::element_of<kernels::E4M3>(probes::runner::random_value(1, i));
  for (std::size_t i = 0; i < b.size(); ++i)
    b.data()[i] = probes::runner::element_of<kernels::E4M3>(probes::runner::random_value(2, i));
  auto const error_of = [&](float scale) {
    Matrix<kernels::BFloat16> const c("c", m, n);
    for (std::size_t i = 0; i < m; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        float sum = 0;
        for (std::size_t p = 0; p < k; ++p) sum += kernels::widened(a(i, p)) * kernels::widened(b(j, p));
        c(i, j) = kernels::to_bfloat16(scale * sum);
      }
    return relative_error(Transpose::no, Transpose::yes, a, b, c);
  };
  // Sums of 14 bits, a result in bf16.
  double const bound = probes::runner::gemm_error_bound({.sums = 0x1p-14, .result = 0x1p-8}, k);
  CHECK(error_of(1) > 0x1p-11);  // there is rounding to bf16, and it is seen
  CHECK(error_of(1) < bound);
  CHECK(error_of(0.25f) > 10 * bound);
}

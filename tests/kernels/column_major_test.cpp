// SPDX-License-Identifier: Apache-2.0
#include "kernels/vendor/column_major.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <string>
#include <utility>

using namespace hpcadvise::kernels;

namespace {

// Small whole numbers: sums of them are exact in every format, in any order.
float whole(std::size_t index) { return float(index * 7 % 5) - 2; }

template <class Element>
Matrix<Element> whole_matrix(std::string const& label, std::int64_t rows, std::int64_t columns, std::size_t seed) {
  Matrix<Element> const matrix(label, std::size_t(rows), std::size_t(columns));
  for (std::size_t i = 0; i < matrix.size(); ++i) matrix.data()[i] = converted<Element>(whole(seed + i));
  return matrix;
}

template <class Element>
float at(ColumnMajorMatrix const& matrix, Transpose op, std::int64_t row, std::int64_t column) {
  if (op == Transpose::yes) std::swap(row, column);
  if (row >= matrix.rows || column >= matrix.columns) FAIL("beside the matrix: " << row << ", " << column);
  return widened(static_cast<Element const*>(matrix.data)[row + column * matrix.stride]);
}

// What a library of column-major matrices is documented to do.
template <class Element, class Result>
void multiply(ColumnMajorProduct const& product) {
  auto* const out = static_cast<Result*>(const_cast<void*>(product.result.data));
  for (std::int64_t row = 0; row < product.result.rows; ++row)
    for (std::int64_t column = 0; column < product.result.columns; ++column) {
      float sum = 0;
      for (std::int64_t p = 0; p < product.sum_length; ++p)
        sum += at<Element>(product.first, product.first_op, row, p) *
               at<Element>(product.second, product.second_op, p, column);
      out[row + column * product.result.stride] = converted<Result>(sum);
    }
}

constexpr std::int64_t m = 32, n = 48, k = 16;

template <class Element, class Result>
void check_product(Transpose a_op, Transpose b_op) {
  bool const a_plain = a_op == Transpose::no, b_plain = b_op == Transpose::no;
  auto const a = whole_matrix<Element>("a", a_plain ? m : k, a_plain ? k : m, 0);
  auto const b = whole_matrix<Element>("b", b_plain ? k : n, b_plain ? n : k, 3);
  Matrix<Result> const c("c", m, n);
  multiply<Element, Result>(column_major_product(a_op, b_op, Matrix<Element const>(a), Matrix<Element const>(b), c));
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t j = 0; j < n; ++j) {
      float sum = 0;
      for (std::int64_t p = 0; p < k; ++p)
        sum += widened(a_plain ? a(i, p) : a(p, i)) * widened(b_plain ? b(p, j) : b(j, p));
      REQUIRE(widened(c(i, j)) == sum);
    }
}

}  // namespace

TEST_CASE("A product in column-major terms is the row-major one, transposed or not", "[vendor]") {
  auto const a_op = GENERATE(Transpose::no, Transpose::yes);
  auto const b_op = GENERATE(Transpose::no, Transpose::yes);
  check_product<float, float>(a_op, b_op);
}

TEST_CASE("A by the transpose of B, in e4m3 with a result in bf16, is what cuBLASLt calls TN", "[vendor]") {
  check_product<E4M3, BFloat16>(Transpose::no, Transpose::yes);
  Matrix<E4M3 const> const a = whole_matrix<E4M3>("a", m, k, 0);
  Matrix<E4M3 const> const b = whole_matrix<E4M3>("b", n, k, 0);
  auto const product = column_major_product(Transpose::no, Transpose::yes, a, b, Matrix<BFloat16>("c", m, n));
  CHECK(product.first_op == Transpose::yes);
  CHECK(product.second_op == Transpose::no);
  CHECK(product.first.rows == k);  // of both the sum runs along a column, from element to element
  CHECK(product.second.rows == k);
  CHECK(product.result.rows == n);
}

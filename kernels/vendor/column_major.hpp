// SPDX-License-Identifier: Apache-2.0
#pragma once

// A product of row-major matrices as libraries of column-major ones are asked for it. To them a row-major matrix is its
// transpose, so they compute C^T = op(B)^T op(A)^T: the operands change places and keep their transposes.

#include "kernels/gemm.hpp"

#include <cstdint>

namespace hpcadvise::kernels {

struct ColumnMajorMatrix {
  void const* data;
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t stride;  // from one column to the next, in elements
};

struct ColumnMajorProduct {
  ColumnMajorMatrix first;
  ColumnMajorMatrix second;
  ColumnMajorMatrix result;  // op(first) op(second); its data may be written
  Transpose first_op;
  Transpose second_op;
  std::int64_t sum_length;
};

template <class Element>
ColumnMajorMatrix column_major(Matrix<Element> const& matrix) {
  return {.data = matrix.data(),
          .rows = std::int64_t(matrix.extent(1)),
          .columns = std::int64_t(matrix.extent(0)),
          .stride = std::int64_t(matrix.stride(0))};
}

template <class Element, class Result>
ColumnMajorProduct column_major_product(Transpose a_op, Transpose b_op, Matrix<Element const> const& a,
                                        Matrix<Element const> const& b, Matrix<Result> const& c) {
  return {.first = column_major(b),
          .second = column_major(a),
          .result = column_major(c),
          .first_op = b_op,
          .second_op = a_op,
          .sum_length = std::int64_t(a.extent(a_op == Transpose::no ? 1 : 0))};
}

}  // namespace hpcadvise::kernels

// SPDX-License-Identifier: Apache-2.0
#include "advisor/positive_definite.hpp"

#include <cmath>
#include <cstddef>
#include <utility>

namespace hpcadvise::advisor {

Matrix cholesky(Matrix matrix) {
  for (std::size_t j = 0; j < matrix.size(); ++j) {
    for (std::size_t k = 0; k < j; ++k) matrix[j][j] -= matrix[j][k] * matrix[j][k];
    matrix[j][j] = std::sqrt(matrix[j][j]);
    for (std::size_t i = j + 1; i < matrix.size(); ++i) {
      for (std::size_t k = 0; k < j; ++k) matrix[i][j] -= matrix[i][k] * matrix[j][k];
      matrix[i][j] /= matrix[j][j];
    }
  }
  return matrix;
}

std::vector<double> forward_substituted(Matrix const& lower, std::vector<double> right) {
  for (std::size_t i = 0; i < right.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) right[i] -= lower[i][k] * right[k];
    right[i] /= lower[i][i];
  }
  return right;
}

std::vector<double> solved(Matrix const& lower, std::vector<double> right) {
  right = forward_substituted(lower, std::move(right));
  for (std::size_t i = right.size(); i-- > 0;) {
    for (std::size_t k = i + 1; k < right.size(); ++k) right[i] -= lower[k][i] * right[k];
    right[i] /= lower[i][i];
  }
  return right;
}

}  // namespace hpcadvise::advisor

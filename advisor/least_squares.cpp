// SPDX-License-Identifier: Apache-2.0
#include "advisor/least_squares.hpp"

#include <cmath>
#include <cstddef>
#include <numeric>

namespace hpcadvise::advisor {
namespace {

using Column = std::vector<double>;

double product(Column const& left, Column const& right) {
  return std::inner_product(left.begin(), left.end(), right.begin(), 0.0);
}

double length(Column const& column) { return std::sqrt(product(column, column)); }

// Takes what lies along `direction`, of length 1, away from `column`; returns how much that was.
double take_away(Column const& direction, Column& column) {
  double const along = product(direction, column);
  for (std::size_t i = 0; i < column.size(); ++i) column[i] -= along * direction[i];
  return along;
}

}  // namespace

// The columns' QR decomposition by the modified Gram-Schmidt process (Golub and Van Loan, Matrix Computations, 5.2.8).
std::optional<std::vector<double>> least_squares(std::vector<Column> columns, Column target) {
  std::size_t const count = columns.size();
  std::vector<Column> r(count, Column(count));
  std::vector<double> factors(count);
  std::vector<double> lengths;
  for (auto const& column : columns) lengths.push_back(length(column));
  for (std::size_t j = 0; j < count; ++j) {
    r[j][j] = length(columns[j]);
    if (!(r[j][j] > 1e-6 * lengths[j])) return std::nullopt;
    for (double& value : columns[j]) value /= r[j][j];
    for (std::size_t k = j + 1; k < count; ++k) r[j][k] = take_away(columns[j], columns[k]);
    factors[j] = take_away(columns[j], target);
  }
  for (std::size_t j = count; j-- > 0;) {
    for (std::size_t k = j + 1; k < count; ++k) factors[j] -= r[j][k] * factors[k];
    factors[j] /= r[j][j];
  }
  return factors;
}

}  // namespace hpcadvise::advisor

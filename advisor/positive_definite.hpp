// SPDX-License-Identifier: Apache-2.0
#pragma once

// Systems of linear equations with a symmetric positive definite matrix, by its Cholesky decomposition (Golub and Van
// Loan, Matrix Computations, 4.2).

#include <vector>

namespace hpcadvise::advisor {

using Matrix = std::vector<std::vector<double>>;  // row by row

// The lower triangle L of matrix = L L^T; what stands above the diagonal is of no meaning. Only the lower triangle of
// the matrix is read.
Matrix cholesky(Matrix matrix);

// L^-1 of the right side.
std::vector<double> forward_substituted(Matrix const& lower, std::vector<double> right);

// (L L^T)^-1 of the right side.
std::vector<double> solved(Matrix const& lower, std::vector<double> right);

}  // namespace hpcadvise::advisor

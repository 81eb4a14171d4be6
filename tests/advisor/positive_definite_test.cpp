// SPDX-License-Identifier: Apache-2.0
#include "advisor/positive_definite.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::advisor;

TEST_CASE("A positive definite matrix is the product of its triangle with itself") {
  auto const lower = cholesky({{4, 2, 6}, {2, 10, 9}, {6, 9, 22}});
  CHECK(lower[0][0] == 2);
  CHECK(lower[1][0] == 1);
  CHECK(lower[1][1] == 3);
  CHECK(lower[2][0] == 3);
  CHECK(lower[2][1] == 2);
  CHECK(lower[2][2] == 3);
}

TEST_CASE("A system with a positive definite matrix is solved, and half of it is") {
  auto const lower = cholesky({{4, 2, 6}, {2, 10, 9}, {6, 9, 22}});
  CHECK(forward_substituted(lower, {2, 7, 16}) == std::vector<double>{1, 2, 3});
  // The matrix times (1, -1, 2).
  CHECK(solved(lower, {14, 10, 41}) == std::vector<double>{1, -1, 2});
}

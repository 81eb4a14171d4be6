// SPDX-License-Identifier: Apache-2.0
#include "advisor/least_squares.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using namespace hpcadvise::advisor;
using Catch::Matchers::WithinRel;

TEST_CASE("Least squares find the factors that a sum was made with") {
  // 2 + 3 x + 5 x^2 at x = 0, 1, 2, 3
  auto const factors = least_squares({{1, 1, 1, 1}, {0, 1, 2, 3}, {0, 1, 4, 9}}, {2, 10, 28, 56});
  REQUIRE(factors);
  CHECK_THAT((*factors)[0], WithinRel(2, 1e-12));
  CHECK_THAT((*factors)[1], WithinRel(3, 1e-12));
  CHECK_THAT((*factors)[2], WithinRel(5, 1e-12));
}

TEST_CASE("What no factors reach is met in the middle") {
  auto const mean = least_squares({{1, 1, 1}}, {1, 2, 6});
  REQUIRE(mean);
  CHECK_THAT(mean->front(), WithinRel(3, 1e-12));
}

TEST_CASE("Columns that say the same have no factors of their own") {
  CHECK_FALSE(least_squares({{1, 2, 3}, {2, 4, 6}}, {1, 1, 1}));
  CHECK_FALSE(least_squares({{0, 0, 0}}, {1, 1, 1}));
}

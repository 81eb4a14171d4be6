// SPDX-License-Identifier: Apache-2.0
#include "probes/repeat_spread.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <cmath>
#include <vector>

using namespace hpcadvise::probes;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

TEST_CASE("Student's t is that of the tables, and falls to the normal distribution's", "[repeats]") {
  CHECK_THAT(student_t(1), WithinAbs(12.706, 0.0005));
  CHECK_THAT(student_t(10), WithinAbs(2.228, 0.0005));
  CHECK_THAT(student_t(11), WithinAbs(2.201, 0.001));
  CHECK_THAT(student_t(30), WithinAbs(2.042, 0.001));
  CHECK_THAT(student_t(1'000'000), WithinAbs(1.960, 0.0005));
  for (int n = 1; n < 200; ++n) CHECK(student_t(n + 1) < student_t(n));
}

TEST_CASE("A difference of two starts varies twice as much as one start", "[repeats]") {
  // Mean square of {0.02, -0.02} 0.0004, of one start 0.0002; two degrees of freedom
  CHECK_THAT(half_width_by_differences(std::vector{0.02, -0.02}), WithinRel(4.303 * std::sqrt(0.0002), 1e-12));
  CHECK(half_width_by_differences(std::vector{0.0, 0.0}) == 0);
}

TEST_CASE("What a sentinel moved by counts by how often it was measured", "[repeats]") {
  double const e = std::exp(1.0);
  // Logarithms 0, 1, 2: standard deviation 1, two degrees of freedom
  CHECK_THAT(half_width_by_medians(std::vector{1.0, e, e * e}), WithinRel(4.303, 1e-12));
  // The same range of five: variance (1 + 1) / 4
  CHECK_THAT(half_width_by_medians(std::vector{1.0, e, e, e, e * e}), WithinRel(2.776 * std::sqrt(0.5), 1e-12));
}

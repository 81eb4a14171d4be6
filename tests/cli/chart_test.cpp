// SPDX-License-Identifier: Apache-2.0
#include "cli/chart.hpp"

#include <catch2/catch_test_macros.hpp>

#include <limits>
#include <sstream>

using namespace hpcadvise::cli;

TEST_CASE("A bar fills its fraction of the width to an eighth", "[cli][chart]") {
  Terminal const terminal;
  CHECK(bar(terminal, 0, 4).empty());
  CHECK(bar(terminal, 1, 4) == "████");
  CHECK(bar(terminal, 0.5, 4) == "██");
  CHECK(bar(terminal, 0.125, 1) == "▏");
}

TEST_CASE("A bar outside of a UTF-8 locale is made of plain characters", "[cli][chart]") {
  CHECK(bar({.unicode = false}, 0.5, 4) == "##");
}

TEST_CASE("A bar of no number is empty and one beyond the whole is full", "[cli][chart]") {
  Terminal const terminal;
  CHECK(bar(terminal, std::numeric_limits<double>::quiet_NaN(), 4).empty());
  CHECK(bar(terminal, -1, 4).empty());
  CHECK(bar(terminal, 7, 2) == "██");
}

TEST_CASE("A roofline rises to its ridge, stays flat behind it, and keeps every point and the width", "[cli][chart]") {
  // 100 FLOP/s over 10 bytes/s: the ridge stands at 10 FLOP a byte.
  std::string const chart = roofline(100, 10, {{1, 5, 'k'}, {100, 90, 'v'}}, 60, 7);
  std::istringstream lines(chart);
  std::string first;
  std::getline(lines, first);
  CHECK(first.find("---") != std::string::npos);
  CHECK(chart.find('/') != std::string::npos);
  CHECK(chart.find('k') != std::string::npos);
  CHECK(chart.find('v') != std::string::npos);
  int count = 1;
  for (std::string line; std::getline(lines, line); ++count) CHECK(display_width(line) <= 60);
  CHECK(count == 8);
}

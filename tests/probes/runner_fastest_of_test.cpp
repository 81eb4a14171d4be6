// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/fastest_of.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

using hpcadvise::probes::runner::fastest_of;

namespace {

// Moves on only when told.
struct Hand {
  using rep = long;
  using period = std::ratio<1>;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<Hand>;
  static constexpr bool is_steady = true;
  static inline time_point now_{};
  static time_point now() { return now_; }
};

}  // namespace

TEST_CASE("The way with the shortest call wins, however slow its first and its worst one", "[runner][fastest]") {
  std::vector<std::vector<long>> const seconds{{5, 5, 5, 5}, {99, 4, 90, 90}, {1, 6, 6, 6}};
  std::vector<std::size_t> calls(3);
  auto const run = [&](int choice) {
    auto const place = std::size_t(choice);
    Hand::now_ += Hand::duration(seconds[place][calls[place]++]);
  };
  CHECK(fastest_of<Hand>(3, run) == 1);
  CHECK(calls == std::vector<std::size_t>{4, 4, 4});
}

TEST_CASE("Of equally fast ways the first is taken", "[runner][fastest]") {
  CHECK(fastest_of<Hand>(3, [](int) { Hand::now_ += Hand::duration(1); }) == 0);
}

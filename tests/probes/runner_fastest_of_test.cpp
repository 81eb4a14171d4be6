// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/fastest_of.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>
#include <string>
#include <vector>

using hpcadvise::probes::runner::fastest_of;
using hpcadvise::probes::runner::fastest_right_of;
using hpcadvise::profiles::Sample;
using hpcadvise::profiles::SampleStatus;

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

namespace {

// Way 0 takes 3 seconds, way 1 2 and way 2 1.
void run_for_seconds(int way) { Hand::now_ += Hand::duration(3 - way); }

std::vector<std::string> const names{"slow", "middle", "quick"};

}  // namespace

TEST_CASE("A way that is wrong and one that fails cost no sample: the fastest right one is taken",
          "[runner][fastest]") {
  Sample sample;
  auto const check = [](int way, Sample& attempt) {
    if (way == 2) throw std::runtime_error("no memory for a block");
    attempt.correctness = {.relative_error = way == 0 ? 0.25 : 0.5, .bound = 1};
    if (way == 1) {
      attempt.status = SampleStatus::wrong;
      attempt.reason = "off by half";
    }
  };
  CHECK(fastest_right_of<Hand>(names, sample, check, run_for_seconds) == 0);
  CHECK(sample.status == SampleStatus::ok);
  CHECK(sample.reason.empty());
  CHECK(sample.variant == "slow");
  REQUIRE(sample.correctness);
  CHECK(sample.correctness->relative_error == 0.25);
  CHECK(sample.left_out == std::vector<std::string>{"middle: off by half", "quick: no memory for a block"});
}

TEST_CASE("Where all ways are right the fastest is taken and none is left out", "[runner][fastest]") {
  Sample sample;
  CHECK(fastest_right_of<Hand>(
            names, sample, [](int, Sample&) {}, run_for_seconds) == 2);
  CHECK(sample.variant == "quick");
  CHECK(sample.left_out.empty());
}

TEST_CASE("Where no way is right the sample is as wrong as the first, and is not timed", "[runner][fastest]") {
  Sample sample;
  auto const check = [](int, Sample& attempt) {
    attempt.status = SampleStatus::wrong;
    attempt.reason = "off by half";
    attempt.correctness = {.relative_error = 0.5, .bound = 0.25};
  };
  auto const run = [](int) { FAIL("timed"); };
  CHECK_FALSE(fastest_right_of<Hand>(names, sample, check, run));
  CHECK(sample.status == SampleStatus::wrong);
  CHECK(sample.reason == "by each of its ways; slow: off by half");
  REQUIRE(sample.correctness);
  CHECK(sample.correctness->relative_error == 0.5);
  CHECK(sample.variant.empty());
}

// SPDX-License-Identifier: Apache-2.0
#include "profiles/presentable.hpp"

#include <catch2/catch_test_macros.hpp>

using hpcadvise::profiles::presentable;

TEST_CASE("What a terminal would obey is a question mark", "[presentable]") {
  CHECK(presentable("a\x1b[2Jb\x7f") == "a?[2Jb?");
  CHECK(presentable("a\u009b2Jb") == "a?2Jb");
  CHECK(presentable("two\nlines\tand") == "two lines and");
  CHECK(presentable("Zürich, \u00a0 ±1 %") == "Zürich, \u00a0 ±1 %");
}

TEST_CASE("What is too long ends at a whole character", "[presentable]") {
  CHECK(presentable("abcdef", 6) == "abcdef");
  CHECK(presentable("abcdefg", 6) == "abcdef...");
  CHECK(presentable("abü", 3) == "ab...");
}

// SPDX-License-Identifier: Apache-2.0
#include "kernels/vendor/shared_library.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using Catch::Matchers::ContainsSubstring;
using hpcadvise::kernels::SharedLibrary;

using Function = int (*)();

TEST_CASE("A library is found by the first of its names that there is, and its functions called", "[vendor]") {
  SharedLibrary library{"libhpcadvise_nowhere.so.9", HPCADVISE_FAKE_LIBRARY};
  Function answer = nullptr;
  library.find(answer, "fake_answer");
  CHECK(library.problem().empty());
  REQUIRE(answer != nullptr);
  CHECK(answer() == 42);
}

TEST_CASE("A library that lacks a function says which, the first of them", "[vendor]") {
  SharedLibrary library{HPCADVISE_FAKE_LIBRARY};
  Function answer = nullptr;
  library.find(answer, "fake_question");
  CHECK(answer == nullptr);
  library.find(answer, "fake_doubt");
  CHECK_THAT(library.problem(), ContainsSubstring("no function fake_question"));
  library.find(answer, "fake_answer");
  CHECK(answer != nullptr);
  CHECK_FALSE(library.problem().empty());
}

TEST_CASE("A library that is nowhere has the loader's reason, of its first name, and no functions", "[vendor]") {
  SharedLibrary library{"libhpcadvise_nowhere.so.9", "libhpcadvise_nowhere.so"};
  Function answer = nullptr;
  library.find(answer, "fake_answer");
  CHECK(answer == nullptr);
  CHECK_THAT(library.problem(), ContainsSubstring("libhpcadvise_nowhere.so.9"));
  CHECK_THAT(library.problem(), !ContainsSubstring("no function"));
}

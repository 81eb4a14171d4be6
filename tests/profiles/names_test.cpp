// SPDX-License-Identifier: Apache-2.0
#include "profiles/machine_profile.hpp"
#include "profiles/nearest_name.hpp"
#include "profiles/precision.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::profiles;

TEST_CASE("Every precision and severity has a name that reads back", "[names]") {
  for (int i = 0; i <= int(Precision::fp8); ++i) CHECK(precision_from_string(to_string(Precision(i))) == Precision(i));
  for (int i = 0; i <= int(Severity::error); ++i) CHECK(severity_from_string(to_string(Severity(i))) == Severity(i));
  CHECK_FALSE(precision_from_string("float32"));
  CHECK_FALSE(severity_from_string("fatal"));
}

TEST_CASE("The nearest name is the one with the fewest edits, case ignored", "[names]") {
  std::vector<std::string> const known{"llama-2-7b", "llama-3-8b", "mistral-7b", "leonardo-booster"};
  CHECK(nearest_name("llama2-7b", known) == "llama-2-7b");
  CHECK(nearest_name("LLAMA-3-8B", known) == "llama-3-8b");
  CHECK(nearest_name("mistral-7b", known) == "mistral-7b");
}

TEST_CASE("A name that differs by more than a third of its length is not near", "[names]") {
  CHECK(nearest_name("abcdxx", {"abcdef"}) == "abcdef");  // 2 edits of 6
  CHECK_FALSE(nearest_name("abcxxx", {"abcdef"}));        // 3 edits of 6
  CHECK_FALSE(nearest_name("", {"a"}));
  CHECK_FALSE(nearest_name("anything", {}));
  CHECK_FALSE(nearest_name(std::string(1'000'000, 'x'), {"abcdef"}));
}

TEST_CASE("The beginning of a name finds it", "[names]") {
  CHECK(nearest_name("leonardo", {"lumi-g", "leonardo-booster"}) == "leonardo-booster");
}

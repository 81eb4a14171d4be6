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

TEST_CASE("Names that begin with what was typed, then those that contain it, come before edits", "[names]") {
  std::vector<std::string> const devices{"b200",          "gb200",         "gh200-96gb",     "h100-sxm-64gb",
                                         "h100-sxm-80gb", "h100-sxm-96gb", "h200-sxm-141gb", "mi430x"};
  CHECK(nearest_names("h200", devices) == std::vector<std::string>{"h200-sxm-141gb"});
  CHECK(nearest_names("H200", devices) == std::vector<std::string>{"h200-sxm-141gb"});
  CHECK(nearest_names("gh200", devices) == std::vector<std::string>{"gh200-96gb"});
  CHECK(nearest_names("h100", devices).size() == 3);
  CHECK(nearest_names("booster", {"lumi-g", "jupiter-booster", "leonardo-booster"}).size() == 2);
  CHECK(did_you_mean("h100", devices) == "did you mean 'h100-sxm-64gb', 'h100-sxm-80gb' or 'h100-sxm-96gb'?");
  CHECK(known_names("h200", {"h200-sxm-141gb", "b200"}) ==
        "did you mean 'h200-sxm-141gb'? Known: h200-sxm-141gb, b200");
}

TEST_CASE("Another number is another thing, however few edits away", "[names]") {
  CHECK(nearest_names("mi300x", {"mi250x-gcd", "mi430x", "h100-sxm-80gb"}).empty());
  CHECK(nearest_names("b100", {"b200", "b300"}).empty());
  // Left out or added is not changed.
  CHECK(nearest_name("h100-80gb", {"h100-sxm-64gb", "h100-sxm-80gb"}) == "h100-sxm-80gb");
  CHECK(nearest_name("h100-sxm5-80gb", {"h100-sxm-64gb", "h100-sxm-80gb"}) == "h100-sxm-80gb");
  CHECK(nearest_name("advis3", {"advise", "verify"}) == "advise");
}

TEST_CASE("Else the names that begin with the same parts are near", "[names]") {
  CHECK(nearest_names("llama-3-7b", {"llama-7b", "llama-2-7b", "llama-3-8b", "llama-3-70b"}) ==
        std::vector<std::string>{"llama-3-8b", "llama-3-70b"});
  CHECK(nearest_names("zzz-3-7b", {"llama-7b"}).empty());
}

// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/cpu_list.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::probes;

TEST_CASE("The kernel's lists are read", "[cpu-list]") {
  CHECK(parse_cpu_list("0-3,8") == std::vector<int>{0, 1, 2, 3, 8});
  CHECK(parse_cpu_list("5") == std::vector<int>{5});
  CHECK(parse_cpu_list("2,0-2") == std::vector<int>{0, 1, 2});
  CHECK(parse_cpu_list("").empty());
}

TEST_CASE("What is not a list is nothing", "[cpu-list]") {
  for (auto const* const text : {"a", "3-1", "1-", "-1", "1;2", "99999999999", "0-999999999"})
    CHECK(parse_cpu_list(text).empty());
}

TEST_CASE("Lists share a CPU or they do not", "[cpu-list]") {
  CHECK(lists_share_a_cpu("0-15,64-79", "70"));
  CHECK_FALSE(lists_share_a_cpu("0-15", "16-31"));
}

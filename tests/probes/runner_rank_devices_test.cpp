// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/rank_devices.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace hpcadvise::probes::runner;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("A rank of a node takes the device of its place, if the node has it", "[runner][ranks]") {
  std::vector<std::string> const two{"0000:c1:00.0", "0000:c6:00.0"};
  CHECK(device_of_rank("1,0", 0, two) == "1");
  CHECK(device_of_rank("1,0", 1, two) == "0");
  CHECK_THROWS_WITH(device_of_rank("1,0", 2, two), ContainsSubstring("names no device for rank 2 of this node"));
  CHECK_THROWS_WITH(device_of_rank("0,1,2", 2, two),
                    ContainsSubstring("gives device 2 to rank 2 of this node, where 2 can be seen"));
  CHECK(device_of_rank("0,1,2", 2, {}) == "2");  // a build for the host sees none
}

TEST_CASE("One rank alone has a device of one kind", "[runner][ranks]") {
  MpiSession const alone(false);
  CHECK(mixed_rank_devices(alone, "NVIDIA H100").empty());
}

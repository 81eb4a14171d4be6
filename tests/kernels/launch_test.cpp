// SPDX-License-Identifier: Apache-2.0
#include "kernels/launch.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::kernels;
using HostSpace = Kokkos::DefaultHostExecutionSpace;

TEST_CASE("Empty launches run and come back, none and many", "[launch]") {
  HostSpace const space;
  for (int const count : {0, 1, 1000}) {
    CHECK_NOTHROW(launch_range(space, count));
    CHECK_NOTHROW(launch_teams(space, count));
  }
  space.fence();
}

TEST_CASE("Each launch of a chain, and of its graph, adds one to what the one before wrote", "[launch]") {
  HostSpace const space;
  Counters<HostSpace> const counters("counters", 3);
  launch_chain(space, counters, 7);
  space.fence();
  for (int i = 0; i < 3; ++i) CHECK(counters(i) == 7);

  auto const graph = chain_graph<HostSpace>(counters, 5);
  space.fence();
  CHECK(counters(0) == 7);  // a graph does nothing before it is submitted
  graph.submit();
  graph.submit();
  space.fence();
  for (int i = 0; i < 3; ++i) CHECK(counters(i) == 17);
}

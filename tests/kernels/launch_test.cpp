// SPDX-License-Identifier: Apache-2.0
#include "kernels/launch.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::kernels;

TEST_CASE("Empty launches run and come back, none and many", "[launch]") {
  Kokkos::DefaultHostExecutionSpace const space;
  for (int const count : {0, 1, 1000}) {
    CHECK_NOTHROW(launch_range(space, count));
    CHECK_NOTHROW(launch_teams(space, count));
  }
  space.fence();
}

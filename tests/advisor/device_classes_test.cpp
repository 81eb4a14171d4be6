// SPDX-License-Identifier: Apache-2.0
#include "advisor/device_classes.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::advisor;

TEST_CASE("A row says what a class of devices sustains, and on which node its network was built") {
  CHECK(device_class("gfx90a").gemm_sustained == &FittedConstants::gemm_sustained_gfx90a);
  CHECK(device_class("gfx90a").network_source.starts_with("LUMI-G"));
  CHECK(device_class("sm_90").in_switch_reduction);
  CHECK_FALSE(device_class("sm_80").in_switch_reduction);
}

TEST_CASE("A class that was never fitted has a network but no sustained factor") {
  CHECK_FALSE(device_class("sm_100").fitted());
  CHECK(device_class("sm_100").network_gbit_per_device == 400);
}

TEST_CASE("Nothing is assumed of an unknown architecture") {
  auto const& unknown = device_class("x86_64");
  CHECK_FALSE(unknown.fitted());
  CHECK_FALSE(unknown.in_switch_reduction);
  CHECK(unknown.network_gbit_per_device == 0);
}

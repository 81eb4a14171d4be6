// SPDX-License-Identifier: Apache-2.0
#include "probes/slow_device.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::probes;

namespace {

DeviceRate rate(std::string device, double median, double half_width = 1e9) {
  return {std::move(device), {median, median - half_width, median + half_width}};
}

auto found(std::vector<DeviceRate> const& rates) { return slow_devices("gemm/kokkos", "flops_per_s", rates); }

}  // namespace

TEST_CASE("A device well below the median of its siblings is named, with what it costs", "[findings]") {
  auto const findings = found({rate("A", 100e9), rate("B", 100e9), rate("C", 80e9), rate("D", 101e9)});
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == "slow_device");
  CHECK(findings[0].seen == "gemm/kokkos: C gives 80.0 GFLOP/s, the median of its siblings is 100 GFLOP/s");
  CHECK(findings[0].cost == "all wait for the slowest in each step: this work takes 1.25 times as long");
}

TEST_CASE("Of two devices the slower one is named", "[findings]") {
  auto const findings = found({rate("A", 90e9), rate("B", 100e9)});
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].seen == "gemm/kokkos: A gives 90.0 GFLOP/s, the median of its siblings is 100 GFLOP/s");
}

TEST_CASE("What the intervals allow, or less than 3 %, is no difference", "[findings]") {
  CHECK(found({rate("A", 90e9, 6e9), rate("B", 100e9, 6e9)}).empty());
  CHECK(found({rate("A", 97.5e9, 1e8), rate("B", 100e9, 1e8)}).empty());
  CHECK_FALSE(found({rate("A", 96.5e9, 1e8), rate("B", 100e9, 1e8)}).empty());
}

TEST_CASE("A device without siblings, or without a rate, is slower than none", "[findings]") {
  CHECK(found({}).empty());
  CHECK(found({rate("A", 1e9)}).empty());
  CHECK(found({rate("A", 0, 0), rate("B", 100e9)}).empty());
}

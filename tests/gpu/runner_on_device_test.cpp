// SPDX-License-Identifier: Apache-2.0
#include "tests/gpu/runner_on_device.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>

using namespace hpcadvise;
using namespace hpcadvise::tests;
using Catch::Matchers::ContainsSubstring;
using profiles::SampleStatus;

TEST_CASE("A runner knows its device, where it is, and what it can reach at most", "[device]") {
  auto const runner = runner_on_device();
  if (!runner.hello.gpu) SKIP(runner.file << " measures a host");
  auto const& gpu = *runner.hello.gpu;
  CHECK_FALSE(runner.hello.device_name.empty());
  CHECK(gpu.memory_bytes > 1'000'000'000);
  CHECK(gpu.multiprocessor_count > 0);
  CHECK(gpu.peak.contains(profiles::Precision::bf16));
  CHECK(std::ranges::find(runner.hello.visible_devices, gpu.pci_bus_id) != runner.hello.visible_devices.end());
  CHECK(runner.file.filename().string().find(gpu.architecture) != std::string::npos);
}

TEST_CASE("A sample that needs more memory than the device has fails alone", "[device]") {
  auto const runner = runner_on_device();
  std::int64_t const huge = 1'000'000;
  auto const shape = [](std::int64_t size) {
    return profiles::Parameters{{"m", size},
                                {"n", size},
                                {"k", size},
                                {"precision", std::string("fp32")},
                                {"a_transposed", false},
                                {"b_transposed", false}};
  };
  auto const samples = take(runner, {request("gemm", "kokkos", shape(huge)), request("gemm", "kokkos", shape(256))});
  REQUIRE(samples.size() == 2);
  CHECK(samples[0].status == SampleStatus::failed);
  CHECK_THAT(samples[0].reason, ContainsSubstring("of memory"));
  CHECK(samples[1].status == SampleStatus::ok);
}

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

TEST_CASE("Copies between the devices of a node, and of each with the host, arrive", "[device]") {
  auto const runner = runner_on_device();
  auto const count = std::int64_t(runner.hello.visible_devices.size());
  if (count < 2) SKIP(count << " devices visible");
  std::vector<probes::SampleRequest> requests;
  for (std::int64_t from = 0; from < count; ++from) {
    profiles::Parameters copy{{"message_bytes", std::int64_t{1} << 20}, {"ordinal", from}};
    for (std::int64_t to = 0; to < count; ++to) {
      if (from == to) continue;
      copy["direction"] = std::string("device_to_device");
      copy["peer"] = to;
      requests.push_back(request("link", "runtime", copy));
    }
    copy.erase("peer");
    copy["memory"] = std::string("pinned");
    copy["numa_node"] = std::int64_t{0};
    for (auto const* const direction : {"host_to_device", "device_to_host", "both_ways"}) {
      copy["direction"] = std::string(direction);
      requests.push_back(request("link", "runtime", copy));
    }
  }
  for (auto const& sample : take(runner, requests)) {
    CAPTURE(sample_key(sample), sample.reason);
    CHECK(sample.status == SampleStatus::ok);
  }
}

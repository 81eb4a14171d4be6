// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/nvidia_devices.hpp"

#include "probes/discovery/nvml.hpp"
#include "tests/probes/fake_node.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;
using hpcadvise::tests::FakeNode;

namespace {

// An A100 and an H100 in MIG mode.
constexpr char const* two_kinds = R"(- nvmlDeviceGetCount_v2 2
- nvmlSystemGetDriverVersion 550.54.15
0 nvmlDeviceGetPciInfo_v3 0 29 0
0 nvmlDeviceGetName NVIDIA A100-SXM-64GB
0 nvmlDeviceGetUUID GPU-1234
0 nvmlDeviceGetCudaComputeCapability 8 0
0 nvmlDeviceGetMemoryInfo 68719476736
0 nvmlDeviceGetEccMode 0 1
0 nvmlDeviceGetMigMode 0 0
0 nvmlDeviceGetComputeMode 3
0 nvmlDeviceGetPersistenceMode 1
0 nvmlDeviceGetEnforcedPowerLimit 400000
0 nvmlDeviceGetPowerManagementDefaultLimit 500000
0 nvmlDeviceGetPowerManagementLimitConstraints 100000 550000
0 nvmlDeviceGetMaxClockInfo:1 1410
0 nvmlDeviceGetCurrPcieLinkWidth 8
0 nvmlDeviceGetMaxPcieLinkWidth 16
0 nvmlDeviceGetCurrPcieLinkGeneration 1
0 nvmlDeviceGetMaxPcieLinkGeneration 3
0 nvmlDeviceGetGpuMaxPcieLinkGeneration 4
1 nvmlDeviceGetPciInfo_v3 1 155 0
1 nvmlDeviceGetName NVIDIA H100 80GB HBM3
1 nvmlDeviceGetCudaComputeCapability 9 0
1 nvmlDeviceGetMigMode 1 1
1 nvmlDeviceGetComputeMode 2
1 nvmlDeviceGetUUID error 4
1 nvmlDeviceGetCurrPcieLinkGeneration 4294967295
)";

std::vector<Accelerator> found_by(FakeNode& node, std::string const& library = HPCADVISE_FAKE_NVML) {
  node.roots.nvml_library = library;
  return nvidia_devices(node.roots);
}

}  // namespace

TEST_CASE("NVML tells what a GPU is, in base units", "[discovery][nvml]") {
  FakeNode node;
  node.nvml(two_kinds);
  auto const found = found_by(node);
  REQUIRE(found.size() == 2);
  auto const& device = found[0];
  CHECK(device.name == "NVIDIA A100-SXM-64GB");
  CHECK(device.pci_bus_id == "0000:1d:00.0");
  CHECK(device.architecture == "sm80");
  CHECK(device.uuid == "GPU-1234");
  CHECK(device.driver_version == "550.54.15");
  CHECK(device.memory_bytes == 64ll << 30);
  CHECK(device.ecc_enabled == false);
  CHECK(device.mig_enabled == false);
  CHECK(device.compute_mode == ComputeMode::exclusive);
  CHECK(device.persistence_enabled == true);
  CHECK_THAT(device.power_limit_w.value(), WithinRel(400.0));
  CHECK_THAT(device.default_power_limit_w.value(), WithinRel(500.0));
  CHECK_THAT(device.most_power_limit_w.value(), WithinRel(550.0));
  CHECK_THAT(device.max_clock_hz.value(), WithinRel(1.41e9));
  CHECK(device.link_lanes == 8);
  CHECK(device.most_link_lanes == 16);
  CHECK(device.link_generation == 1);
  CHECK(device.most_link_generation == 3);
  CHECK(device.device_link_generation == 4);
  CHECK(device.unusable.empty());
  CHECK(device.unknown.empty());
}

TEST_CASE("What NVML cannot tell of one GPU costs that fact, and the reason is kept", "[discovery][nvml]") {
  FakeNode node;
  node.nvml(two_kinds);
  auto const device = found_by(node).at(1);
  CHECK(device.pci_bus_id == "0001:9b:00.0");
  CHECK(device.architecture == "sm90");
  CHECK(device.mig_enabled == true);
  CHECK(device.compute_mode == ComputeMode::prohibited);
  CHECK(device.uuid.empty());
  CHECK(device.unknown.at("uuid") == "NVML says: Insufficient Permissions");
  CHECK(device.ecc_enabled == std::nullopt);
  CHECK(device.unknown.at("ecc_enabled") == "NVML says: Not Supported");
  CHECK(device.link_generation == std::nullopt);  // all bits set stand for nothing
  CHECK(device.unknown.at("link_generation") == "NVML has no value for it");
}

TEST_CASE("An older NVML lacks functions, and what they would have told", "[discovery][nvml]") {
  FakeNode node;
  node.nvml(two_kinds);
  auto const device = found_by(node, HPCADVISE_OLD_FAKE_NVML).at(0);
  CHECK(device.most_link_generation == 3);
  CHECK(device.device_link_generation == std::nullopt);
  CHECK(device.unknown.at("device_link_generation") ==
        "this driver's NVML has no nvmlDeviceGetGpuMaxPcieLinkGeneration");
}

TEST_CASE("A GPU that fell off the bus stays in the list, with the reason", "[discovery][nvml]") {
  FakeNode node;
  node.nvml("0 nvmlDeviceGetHandleByIndex_v2 error 15\n");
  node.nvml(two_kinds);
  SECTION("by its address where the driver lists it") {
    node.nvidia("0000:1D:00.0", "NVIDIA A100-SXM-64GB");
    auto const found = found_by(node);
    REQUIRE(found.size() == 2);
    CHECK(found[0].pci_bus_id == "0000:1d:00.0");
    CHECK(found[0].name == "NVIDIA A100-SXM-64GB");
    CHECK(found[0].unusable == "NVML says: GPU is lost");
    CHECK_FALSE(found[0].forbidden);
    CHECK(found[1].unusable.empty());
  }
  SECTION("by its number where nobody else does") {
    auto const found = found_by(node);
    REQUIRE(found.size() == 2);
    CHECK(found[0].name == "NVIDIA GPU 0");
    CHECK(found[0].unusable == "NVML says: GPU is lost");
  }
}

TEST_CASE("A GPU of another job is told from one that is lost", "[discovery][nvml]") {
  FakeNode node;
  node.nvml("0 nvmlDeviceGetHandleByIndex_v2 error 4\n");
  node.nvml(two_kinds);
  node.nvidia("0000:1D:00.0", "NVIDIA A100-SXM-64GB");
  auto const found = found_by(node);
  REQUIRE(found.size() == 2);
  CHECK(found[0].forbidden);
  CHECK(found[0].unusable == "NVML says: Insufficient Permissions");
  CHECK_FALSE(found[1].forbidden);
}

TEST_CASE("Without an NVML that answers there is what the driver's folder lists", "[discovery][nvml]") {
  FakeNode node;
  node.nvidia("0000:1D:00.0", "NVIDIA A100-SXM-64GB");
  std::string reason;
  SECTION("not found") {
    auto const found = found_by(node, "libno-such-nvml.so.1");
    REQUIRE(found.size() == 1);
    CHECK(found[0].name == "NVIDIA A100-SXM-64GB");
    CHECK(found[0].unusable.empty());
    CHECK_THAT(found[0].unknown.at("nvml"), ContainsSubstring("libno-such-nvml.so.1"));
  }
  SECTION("without a driver") {
    node.nvml("- nvmlInit_v2 error 9\n");
    CHECK(found_by(node).at(0).unknown.at("nvml") == "NVML says: Driver Not Loaded");
  }
  SECTION("hanging") {
    node.nvml("- nvmlInit_v2 hang\n");
    node.roots.driver_limit_s = 0.05;
    CHECK(found_by(node).at(0).unknown.at("nvml") == "NVML did not answer within 0.05 s");
  }
}

TEST_CASE("A library that is none of NVIDIA's is no NVML", "[discovery][nvml]") {
  Nvml const nvml("libm.so.6");
  CHECK(nvml.problem() == "this driver's NVML has no nvmlInit_v2");
  CHECK(nvml.device_count().reason == nvml.problem());
}

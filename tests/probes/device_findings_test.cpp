// SPDX-License-Identifier: Apache-2.0
#include "probes/device_findings.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace hpcadvise::probes;
using hpcadvise::profiles::Finding;

namespace {

// Nothing to be said of it.
Accelerator healthy() {
  return {.name = "NVIDIA A100",
          .pci_bus_id = "0000:1d:00.0",
          .ecc_enabled = true,
          .mig_enabled = false,
          .compute_mode = ComputeMode::shared,
          .power_limit_w = 400,
          .default_power_limit_w = 400,
          .cpus = "0-15",
          .link_lanes = 16,
          .most_link_lanes = 16,
          .link_generation = 1,  // idle
          .most_link_generation = 4,
          .device_link_generation = 4};
}

Finding only_finding(std::vector<Accelerator> const& devices, std::string const& allowed_cpus = "") {
  auto const findings = device_findings(devices, allowed_cpus);
  REQUIRE(findings.size() == 1);
  auto const& finding = findings.front();
  CHECK_FALSE(finding.expected.empty());
  CHECK_FALSE(finding.cost.empty());
  CHECK_FALSE(finding.next_step.empty());
  return finding;
}

}  // namespace

TEST_CASE("Of a device in order, or of which nothing is known, nothing is said", "[findings]") {
  CHECK(device_findings({}).empty());
  CHECK(device_findings({healthy()}, "0-3").empty());
  CHECK(device_findings({{.name = "NVIDIA GPU", .pci_bus_id = "0000:1d:00.0"}}, "0-3").empty());
}

TEST_CASE("A profile of the host says that the devices were not measured", "[findings]") {
  CHECK(devices_not_measured({healthy(), healthy()}, {"no runner", "build one"}).seen ==
        "this node has 2 x NVIDIA A100; the probes measured its processors alone: no runner");
}

TEST_CASE("What a driver would not tell is told with its reason, once for all devices", "[findings]") {
  auto device = healthy();
  device.unknown = {{"ecc_enabled", "Insufficient Permissions"}, {"power_limit_w", "Insufficient Permissions"}};
  auto const findings = device_findings({device, device});
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == "device_facts_unknown");
  CHECK(findings[0].seen ==
        "the driver does not say everything of its devices: ecc_enabled, power_limit_w: Insufficient Permissions");
}

TEST_CASE("Each fault of a device is a finding of its own kind", "[findings]") {
  auto device = healthy();
  SECTION("ECC") {
    device.ecc_enabled = false;
    auto const finding = only_finding({device});
    CHECK(finding.kind == "ecc_off");
    CHECK(finding.seen == "ECC is off on NVIDIA A100 at 0000:1d:00.0");
  }
  SECTION("MIG") {
    device.mig_enabled = true;
    CHECK(only_finding({device}).kind == "mig_on");
  }
  SECTION("compute modes") {
    device.compute_mode = ComputeMode::exclusive;
    CHECK(only_finding({device}).kind == "compute_exclusive");
    device.compute_mode = ComputeMode::prohibited;
    CHECK(only_finding({device}).kind == "compute_prohibited");
  }
  SECTION("partition") {
    device.compute_partition = "SPX";
    CHECK(device_findings({device}).empty());
    device.compute_partition = "CPX";
    CHECK(only_finding({device}).kind == "partitioned");
  }
  SECTION("power") {
    device.power_limit_w = 300;
    auto const finding = only_finding({device});
    CHECK(finding.kind == "power_cap_low");
    CHECK(finding.seen == "NVIDIA A100 at 0000:1d:00.0 may take 300 W; its default is 400 W");
    device.power_limit_w = 399.5;
    CHECK(device_findings({device}).empty());
  }
  SECTION("lanes") {
    device.link_lanes = 8;
    auto const finding = only_finding({device});
    CHECK(finding.kind == "narrow_link");
    CHECK(finding.seen == "NVIDIA A100 at 0000:1d:00.0 uses 8 of its 16 PCI lanes");
  }
  SECTION("generation") {
    device.most_link_generation = 3;
    auto const finding = only_finding({device});
    CHECK(finding.kind == "narrow_link");
    CHECK(finding.seen == "NVIDIA A100 at 0000:1d:00.0 reaches PCI generation 3 in its slot; it could reach 4");
  }
  SECTION("CPUs") {
    auto const finding = only_finding({device}, "16-31");
    CHECK(finding.kind == "far_from_device");
    CHECK(finding.seen == "NVIDIA A100 at 0000:1d:00.0 is near the CPUs 0-15; this process may use 16-31");
    CHECK(device_findings({device}, "15-31").empty());
  }
  SECTION("a device that is lost has no binding") {
    device.unusable = "NVML says: GPU is lost";
    auto const finding = only_finding({device}, "16-31");
    CHECK(finding.kind == "device_unusable");
    CHECK(finding.seen == "NVIDIA A100 at 0000:1d:00.0: NVML says: GPU is lost");
  }
}

TEST_CASE("Devices with the same fault share a finding, and a GCD is named by its module", "[findings]") {
  auto first = healthy();
  first.ecc_enabled = false;
  Accelerator second{.name = "AMD gfx90a", .pci_bus_id = "0000:c6:00.0", .ecc_enabled = false, .gcd = GcdPlace{2, 1}};
  CHECK(only_finding({first, second}).seen ==
        "ECC is off on NVIDIA A100 at 0000:1d:00.0; ECC is off on AMD gfx90a at 0000:c6:00.0, GCD 1 of module 2");
}

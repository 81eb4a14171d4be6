// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/amd_devices.hpp"

#include "tests/probes/fake_node.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <array>

using namespace hpcadvise::probes;
using Catch::Matchers::WithinRel;
using hpcadvise::tests::FakeNode;

namespace {

// A node of four MI250X: nodes 0 to 3 of the topology are NUMA domains, 4 to 11 GCDs.
constexpr std::array buses{0xc1, 0xc6, 0xc9, 0xce, 0xd1, 0xd6, 0xd9, 0xde};

std::string folder_of(int gcd) {
  char name[64];
  std::snprintf(name, sizeof name, "sys/bus/pci/devices/0000:%02x:00.0/", unsigned(buses[std::size_t(gcd)]));
  return name;
}

void add_mi250x_node(FakeNode const& node) {
  for (int numa = 0; numa < 4; ++numa) node.kfd(numa, 0, 0, 0);
  for (int gcd = 0; gcd < 8; ++gcd) {
    int const self = 4 + gcd;
    node.kfd(self, 440, 90010, buses[std::size_t(gcd)] << 8);
    node.xgmi(self, 0, gcd / 2, 1);
    node.xgmi(self, 1, 4 + (gcd + 2) % 8, 2);
    node.xgmi(self, 2, 4 + (gcd ^ 1), 4);
    node.file(folder_of(gcd) + "unique_id", "84d4a8ae0e1cbe9" + std::to_string(gcd));
    node.file(folder_of(gcd) + "mem_info_vram_total", "68702699520");
    node.file(folder_of(gcd) + "ras/features", "feature mask: 0x3fbf");
    node.file(folder_of(gcd) + "current_link_width", "1");
    node.file(folder_of(gcd) + "max_link_width", "16");
    node.file(folder_of(gcd) + "local_cpulist", "48-63,112-127");
    // The second GCD of a module shows zeros.
    node.file(folder_of(gcd) + "hwmon/hwmon3/power1_cap", gcd % 2 == 0 ? "400000000" : "0");
    node.file(folder_of(gcd) + "hwmon/hwmon3/power1_cap_default", gcd % 2 == 0 ? "560000000" : "0");
  }
  node.file("sys/module/amdgpu/version", "6.3.6");
}

}  // namespace

TEST_CASE("Eight GCDs of an MI250X node are four modules of two", "[discovery]") {
  FakeNode const node;
  add_mi250x_node(node);
  auto const found = discover_accelerators(node.roots);
  REQUIRE(found.size() == 8);
  for (int gcd = 0; gcd < 8; ++gcd) {
    CAPTURE(gcd);
    auto const& device = found[std::size_t(gcd)];
    REQUIRE(device.gcd);
    CHECK(device.gcd->module == gcd / 2);
    CHECK(device.gcd->gcd == gcd % 2);
  }
  CHECK(described(found[3]) == "AMD gfx90a at 0000:ce:00.0, GCD 1 of module 1");
}

TEST_CASE("amdgpu's files tell what a GCD is, and its module's power by the first of two", "[discovery]") {
  FakeNode const node;
  add_mi250x_node(node);
  auto const found = discover_accelerators(node.roots);
  auto const& first = found.at(0);
  CHECK(first.architecture == "gfx90a");
  CHECK(first.uuid == "GPU-84d4a8ae0e1cbe90");
  CHECK(first.driver_version == "6.3.6");
  CHECK(first.memory_bytes == 68702699520);
  CHECK(first.ecc_enabled == true);
  CHECK(first.cpus == "48-63,112-127");
  CHECK_THAT(first.max_clock_hz.value(), WithinRel(1.7e9));
  CHECK_THAT(first.power_limit_w.value(), WithinRel(400.0));
  CHECK_THAT(first.default_power_limit_w.value(), WithinRel(560.0));
  CHECK(found.at(1).power_limit_w == std::nullopt);
  // Infinity Fabric leads to the processor: what PCI says of its link is of no use.
  CHECK(first.link_lanes == std::nullopt);
}

TEST_CASE("GCDs whose links are not told are in no module", "[discovery]") {
  FakeNode const node;
  node.kfd(1, 440, 90010, 0xc100);
  node.kfd(2, 440, 90010, 0xc600);
  node.file("sys/class/kfd/kfd/topology/nodes/1/io_links/0/properties",
            "type 11\nnode_to 2\nmin_bandwidth 0\nmax_bandwidth 0");
  node.file("sys/class/kfd/kfd/topology/nodes/1/io_links/1/properties", "type 11\nnode_to 77");
  node.file("sys/bus/pci/devices/0000:c1:00.0/current_link_width", "8");
  node.file("sys/bus/pci/devices/0000:c1:00.0/current_link_speed", "8.0 GT/s PCIe");
  node.file("sys/bus/pci/devices/0000:c1:00.0/max_link_speed", "16.0 GT/s PCIe");
  auto const found = discover_accelerators(node.roots);
  REQUIRE(found.size() == 2);
  CHECK_FALSE(found[0].gcd);
  CHECK(found[0].link_lanes == 8);
  CHECK(found[0].link_generation == 3);
  CHECK(found[0].most_link_generation == 4);
}

TEST_CASE("Only an MI250X is made of GCDs, however many links join two devices", "[discovery]") {
  FakeNode const node;
  node.kfd(1, 1216, 90402, 0xc100);
  node.kfd(2, 1216, 90402, 0xc600);
  node.xgmi(1, 0, 2, 4);
  auto const found = discover_accelerators(node.roots);
  REQUIRE(found.size() == 2);
  CHECK(found[0].architecture == "gfx942");
  CHECK_FALSE(found[0].gcd);
}

TEST_CASE("What amdgpu's files say that is no number is left out", "[discovery]") {
  FakeNode const node;
  node.kfd(1, 440, 90010, 0xc100);
  auto const folder = std::string("sys/bus/pci/devices/0000:c1:00.0/");
  for (auto const* name : {"mem_info_vram_total", "ras/features", "current_link_speed", "hwmon/hwmon0/power1_cap"})
    node.file(folder + name, "feature mask: 1e999");
  node.file(folder + "max_link_speed", "17.0 GT/s PCIe");
  auto const device = discover_accelerators(node.roots).at(0);
  CHECK(device.memory_bytes == std::nullopt);
  CHECK(device.ecc_enabled == std::nullopt);
  CHECK(device.power_limit_w == std::nullopt);
  CHECK(device.link_generation == std::nullopt);
  CHECK(device.most_link_generation == std::nullopt);
}

// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/accelerators.hpp"

#include "tests/probes/fake_node.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::probes;
using hpcadvise::tests::FakeNode;

TEST_CASE("A node without drivers of GPUs has none", "[discovery]") {
  FakeNode const node;
  CHECK(discover_accelerators(node.roots).empty());
}

TEST_CASE("NVIDIA's driver names its GPUs, and the PCI bus where they sit", "[discovery]") {
  FakeNode const node;
  node.nvidia("0000:5D:00.0", "NVIDIA A100-SXM-64GB");
  node.nvidia("0000:1D:00.0", "NVIDIA A100-SXM-64GB");
  node.file("sys/bus/pci/devices/0000:5d:00.0/numa_node", "1");
  node.file("sys/bus/pci/devices/0000:5d:00.0/current_link_width", "8");
  node.file("sys/bus/pci/devices/0000:5d:00.0/max_link_width", "16");
  node.file("sys/bus/pci/devices/0000:1d:00.0/numa_node", "-1");
  auto const found = discover_accelerators(node.roots);
  REQUIRE(found.size() == 2);
  CHECK(found[0].pci_bus_id == "0000:1d:00.0");
  CHECK(found[0].numa_node == std::nullopt);
  CHECK(found[0].link_lanes == std::nullopt);
  CHECK(found[1].name == "NVIDIA A100-SXM-64GB");
  CHECK(found[1].numa_node == 1);
  CHECK(found[1].link_lanes == 8);
  CHECK(found[1].most_link_lanes == 16);
}

TEST_CASE("AMD's driver lists processors among its nodes, and each GCD as a GPU", "[discovery]") {
  FakeNode const node;
  node.kfd(0, 0, 0, 0);
  node.kfd(4, 440, 90010, 0xc100);
  node.kfd(5, 440, 90010, 0xc600);
  auto const found = discover_accelerators(node.roots);
  REQUIRE(found.size() == 2);
  CHECK(found[0].name == "AMD gfx90a");
  CHECK(found[0].pci_bus_id == "0000:c1:00.0");
  CHECK(found[1].pci_bus_id == "0000:c6:00.0");
}

TEST_CASE("What a driver writes that cannot be read is left out, and nothing is thrown", "[discovery]") {
  FakeNode const node;
  node.file("proc/driver/nvidia/gpus/0000:1d:00.0/information", "garbage");
  node.file("sys/bus/pci/devices/0000:1d:00.0/current_link_width", "wide");
  node.file("sys/class/kfd/kfd/topology/nodes/1/properties", "simd_count many");
  auto const found = discover_accelerators(node.roots);
  REQUIRE(found.size() == 1);
  CHECK(found[0].name == "NVIDIA GPU");
  CHECK(found[0].link_lanes == std::nullopt);
}

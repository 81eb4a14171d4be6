// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/nearest_nics.hpp"

#include "probes/discovery/pci_device.hpp"
#include "tests/probes/fake_node.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::probes;
using hpcadvise::tests::FakeNode;

namespace {

std::vector<std::string> nics_of(FakeNode const& node, std::string const& bus_id) {
  return nearest_nics(node.roots, pci_folder(node.roots, bus_id));
}

}  // namespace

TEST_CASE("The nearest network device shares the longest way to the processor", "[discovery]") {
  FakeNode const node;
  node.pci("pci0000:00/0000:00:01.0/0000:05:00.0", "sys/bus/pci/devices/0000:05:00.0");
  node.pci("pci0000:00/0000:00:01.0/0000:06:00.0", "sys/class/infiniband/mlx5_1/device");
  node.pci("pci0000:00/0000:00:02.0/0000:07:00.0", "sys/class/infiniband/mlx5_0/device");
  node.pci("pci0000:80/0000:80:01.0/0000:85:00.0", "sys/class/infiniband/mlx5_2/device");
  CHECK(nics_of(node, "0000:05:00.0") == std::vector<std::string>{"mlx5_1"});

  SECTION("one whose ports are all down does not count") {
    node.file("sys/class/infiniband/mlx5_1/ports/1/state", "1: DOWN");
    node.file("sys/class/infiniband/mlx5_0/ports/1/state", "4: ACTIVE");
    CHECK(nics_of(node, "0000:05:00.0") == std::vector<std::string>{"mlx5_0"});
  }
  SECTION("those equally near are all named") {
    node.pci("pci0000:00/0000:00:01.0/0000:09:00.0", "sys/class/net/hsn0/device");
    CHECK(nics_of(node, "0000:05:00.0") == std::vector<std::string>{"mlx5_1", "hsn0"});
  }
}

TEST_CASE("Where no network device shares the bus, the NUMA node decides", "[discovery]") {
  FakeNode const node;
  node.pci("pci0000:c0/0000:c1:00.0", "sys/bus/pci/devices/0000:c1:00.0");
  node.pci("pci0000:20/0000:21:00.0", "sys/class/net/hsn0/device");
  node.pci("pci0000:40/0000:41:00.0", "sys/class/net/hsn1/device");
  node.pci("pci0000:40/0000:42:00.0", "sys/class/net/eth0/device");
  CHECK(nics_of(node, "0000:c1:00.0").empty());
  node.file("sys/bus/pci/devices/0000:c1:00.0/numa_node", "3");
  node.file("sys/class/net/hsn0/device/numa_node", "1");
  node.file("sys/class/net/hsn1/device/numa_node", "3");
  node.file("sys/class/net/eth0/device/numa_node", "3");
  CHECK(nics_of(node, "0000:c1:00.0") == std::vector<std::string>{"hsn1"});
}

// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/rank_devices.hpp"

#include "probes/discovery/pci_device.hpp"
#include "probes/launch/allowed_cpus.hpp"
#include "tests/probes/fake_node.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <future>
#include <string>

using namespace hpcadvise::probes;
using namespace hpcadvise::probes::runner;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("A rank of a node takes the device of its place, if the node has it", "[runner][ranks]") {
  std::vector<std::string> const two{"0000:c1:00.0", "0000:c6:00.0"};
  CHECK(device_of_rank("1,0", 0, two) == "1");
  CHECK(device_of_rank("1,0", 1, two) == "0");
  CHECK_THROWS_WITH(device_of_rank("1,0", 2, two), ContainsSubstring("names no device for rank 2 of this node"));
  CHECK_THROWS_WITH(device_of_rank("0,1,2", 2, two),
                    ContainsSubstring("gives device 2 to rank 2 of this node, where 2 can be seen"));
  CHECK(device_of_rank("0,1,2", 2, {}) == "2");  // a build for the host sees none
}

TEST_CASE("A rank keeps to the CPUs near its device, of those that it may use", "[runner][ranks]") {
  hpcadvise::tests::FakeNode const node;
  auto const cpus_after = [&](std::string const& near) {
    node.file("sys/bus/pci/devices/0000:c1:00.0/local_cpulist", near);
    return std::async(std::launch::async,
                      [&] {
                        run_near("0000:c1:00.0", node.roots);
                        return allowed_cpus("");
                      })
        .get();
  };
  auto const before = allowed_cpus("");
  int first = 0;
  while (!CPU_ISSET(first, &before)) ++first;
  auto const one = cpus_after(std::to_string(first) + "," + std::to_string(CPU_SETSIZE - 1));
  CHECK(CPU_COUNT(&one) == 1);
  CHECK(CPU_ISSET(first, &one));
  auto const none = cpus_after(std::to_string(CPU_SETSIZE - 1));
  CHECK(CPU_EQUAL(&none, &before));
}

TEST_CASE("One rank alone has a device of one kind", "[runner][ranks]") {
  MpiSession const alone(false);
  CHECK(mixed_rank_devices(alone, "NVIDIA H100").empty());
}

// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/inputs.hpp"
#include "probes/runner/node_memory.hpp"
#include "probes/runner/request.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <filesystem>
#include <fstream>

using namespace hpcadvise::probes::runner;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("Memory of a node is there, and holds the numbers of its seed", "[runner][link]") {
  NodeMemory const memory(0, 1000, 7);
  CHECK(memory.bytes() == 8000);
  CHECK(memory.words()[0] == random_bits(7, 0));
  CHECK(memory.words()[999] == random_bits(7, 999));
}

TEST_CASE("A node that is not there, or none of whose cores may be used, gives no memory", "[runner][link]") {
  CHECK_THROWS_WITH(NodeMemory(999, 1000, 7), ContainsSubstring("no core of NUMA node 999"));

  hpcadvise::tests::TemporaryFolder const root;
  auto const node = root / "devices/system/node/node1";
  std::filesystem::create_directories(node);
  hpcadvise::probes::DiscoveryRoots roots;
  roots.sys = root / "";
  std::ofstream(node / "cpulist") << "1000\n";
  CHECK_THROWS_AS(NodeMemory(1, 1000, 7, roots), RequestError);
}

TEST_CASE("Memory that the kernel puts on another node is refused by name", "[runner][link]") {
  // A node 1 that says it has this machine's cores: their memory is on node 0.
  hpcadvise::tests::TemporaryFolder const root;
  auto const node = root / "devices/system/node/node1";
  std::filesystem::create_directories(node);
  hpcadvise::probes::DiscoveryRoots roots;
  roots.sys = root / "";
  std::ofstream(node / "cpulist") << "0-1\n";
  try {
    NodeMemory const memory(1, 1000, 7, roots);
    SKIP("this kernel does not say where pages are, or core 0 is near node 1");
  } catch (RequestError const& error) {
    CHECK_THAT(error.what(), ContainsSubstring("memory for NUMA node 1 on NUMA node 0"));
  }
}

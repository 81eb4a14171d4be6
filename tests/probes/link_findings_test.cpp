// SPDX-License-Identifier: Apache-2.0
#include "probes/link_findings.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;

namespace {

// A pinned copy to the device over a link of generation 4 with 16 lanes: 31.5 GB/s.
profiles::Sample copy(double bytes_per_s, std::int64_t numa_node = 0) {
  profiles::Sample sample;
  sample.probe = "link";
  sample.parameters = {{"direction", std::string("host_to_device")},
                       {"memory", std::string("pinned")},
                       {"numa_node", numa_node},
                       {"message_bytes", std::int64_t{1} << 26}};
  sample.rates["bytes_per_s"] = {bytes_per_s, 0.99 * bytes_per_s, 1.01 * bytes_per_s};
  sample.sensors_after = {{"link_generation", 4}, {"link_lanes", 16}};
  return sample;
}

std::vector<profiles::Finding> findings(std::vector<profiles::Sample> samples) {
  profiles::MachineProfile profile;
  profile.samples = std::move(samples);
  return link_findings(profile);
}

}  // namespace

TEST_CASE("A PCI link carries its lanes' transfers less their encoding", "[link]") {
  CHECK_THAT(pci_bytes_per_s(1, 1).value(), WithinRel(250e6));
  CHECK_THAT(pci_bytes_per_s(3, 16).value(), WithinRel(16 * 8e9 / 8 * 128 / 130));
  CHECK_THAT(pci_bytes_per_s(4, 16).value(), WithinRel(31.5e9, 0.001));
  CHECK_THAT(pci_bytes_per_s(5, 8).value(), WithinRel(pci_bytes_per_s(4, 16).value()));
  for (int generation = 2; generation <= 6; ++generation)
    CHECK(pci_bytes_per_s(generation, 1).value() > 1.8 * pci_bytes_per_s(generation - 1, 1).value());
  CHECK_FALSE(pci_bytes_per_s(0, 16));
  CHECK_FALSE(pci_bytes_per_s(7, 16));
  CHECK_FALSE(pci_bytes_per_s(4, 0));
}

TEST_CASE("Pinned copies under half of what their link carries are a slow link", "[link]") {
  CHECK(findings({copy(25e9)}).empty());
  CHECK(findings({copy(15.7e9)}).empty());  // its interval reaches half
  auto const found = findings({copy(15e9)});
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == "slow_link");
  CHECK_THAT(found[0].seen, ContainsSubstring("15.0 GB/s") && ContainsSubstring("generation 4 with 16 lanes"));
  CHECK_THAT(found[0].expected, ContainsSubstring("31.5 GB/s"));
}

TEST_CASE("A link of which no sensor says what it is has no bound, and neither has one that is not PCI's", "[link]") {
  auto unknown = copy(1e9);
  unknown.sensors_after.clear();
  CHECK(findings({unknown}).empty());
  CHECK(findings({copy(400e9)}).empty());  // NVLink-C2C
}

TEST_CASE("Pageable and short copies, copies between devices and lost samples say nothing of the link", "[link]") {
  auto pageable = copy(5e9);
  pageable.parameters["memory"] = std::string("pageable");
  auto brief = copy(1e9);
  brief.parameters["message_bytes"] = std::int64_t{4096};
  auto peer = copy(5e9);
  peer.parameters["direction"] = std::string("device_to_device");
  auto lost = copy(5e9);
  lost.status = profiles::SampleStatus::wrong;
  auto other = copy(5e9);  // its link's width was not looked at
  other.parameters["ordinal"] = std::int64_t{1};
  CHECK(findings({pageable, brief, peer, lost, other, copy(25e9)}).empty());
}

TEST_CASE("The best node tells the link, and those slower by a fifth are far", "[link]") {
  auto const found = findings({copy(12e9, 0), copy(25e9, 1), copy(21e9, 2)});
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == "far_memory");
  CHECK(found[0].severity == profiles::Severity::note);
  CHECK_THAT(found[0].seen, ContainsSubstring("25.0 GB/s from NUMA node 1; 12.0 GB/s from NUMA node 0"));
}

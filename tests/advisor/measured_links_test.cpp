// SPDX-License-Identifier: Apache-2.0
#include "advisor/measured_links.hpp"

#include "advisor/rates.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>

using namespace hpcadvise;
using namespace hpcadvise::advisor;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;

namespace {

constexpr double mib = 1024 * 1024;

struct Place {
  std::string placement;
  std::int64_t rank_count;
  std::int64_t ranks_a_node = 0;  // 0: not said
};

profiles::Sample sample_of(Place const& place, std::string operation, double bytes, double time_s,
                           double bus_bytes_per_s) {
  profiles::Sample sample;
  sample.probe = "collective";
  sample.provider = "nccl";
  sample.parameters = {{"operation", std::move(operation)},
                       {"message_bytes", std::int64_t(bytes)},
                       {"rank_count", place.rank_count},
                       {"placement", place.placement}};
  if (place.ranks_a_node > 0) sample.parameters["ranks_a_node"] = place.ranks_a_node;
  sample.timing.emplace();
  sample.timing->median_s = time_s;
  sample.rates["bus_bytes_per_s"] = {bus_bytes_per_s, bus_bytes_per_s, bus_bytes_per_s};
  return sample;
}

// All-reduces that take `latency_s` and 2 (n - 1) / n of their bytes over a bus of that rate.
void add_all_reduces(profiles::MachineProfile& profile, Place const& place, double latency_s, double bus_bytes_per_s) {
  double const wire_share = 2 * double(place.rank_count - 1) / double(place.rank_count);
  for (double const bytes : {1024.0, 65536.0, mib, 16 * mib, 256 * mib}) {
    double const time_s = latency_s + wire_share * bytes / bus_bytes_per_s;
    profile.samples.push_back(sample_of(place, "all_reduce", bytes, time_s, wire_share * bytes / time_s));
  }
}

profiles::MachineProfile named() {
  profiles::MachineProfile profile;
  profile.name = "node17";
  return profile;
}

}  // namespace

TEST_CASE("A node's link comes from samples of all its devices, and gathers from theirs") {
  auto profile = named();
  add_all_reduces(profile, {"node", 8}, 20e-6, 100e9);
  double const reduced = profile.samples.back().rates.at("bus_bytes_per_s").median;
  auto measured = measured_node_link(profile, 8);
  REQUIRE(measured.link);
  CHECK_THAT(measured.link->bytes_per_s_per_device, WithinRel(100e9, 1e-6));
  CHECK(measured.link->gather_share == 1);
  CHECK(measured.link->origin == profiles::Origin::measured);
  CHECK_THAT(measured.note, ContainsSubstring("links in the node: all-reduces of 5 sizes by nccl"));
  profile.samples.push_back(sample_of({"node", 8}, "all_gather", 256 * mib, 1, 0.75 * reduced));
  CHECK_THAT(measured_node_link(profile, 8).link->gather_share, WithinRel(0.75, 1e-12));

  CHECK_FALSE(measured_node_link(profile, 4).link);
  CHECK(measured_node_link(profile, 4).note.empty());
  profile.samples.resize(3);
  CHECK_FALSE(measured_node_link(profile, 8).link);
  CHECK_THAT(measured_node_link(profile, 8).note, ContainsSubstring("as described; 3 "));
  for (auto& sample : profile.samples) sample.provider = "mpi_device";
  CHECK(measured_node_link(profile, 8).note.empty());
}

TEST_CASE("A module's link is that of its two devices, and no other pair's") {
  auto profile = named();
  add_all_reduces(profile, {"node", 2}, 20e-6, 50e9);
  CHECK_FALSE(measured_module_link(profile, 2).link);
  add_all_reduces(profile, {"module", 2}, 10e-6, 180e9);
  auto const measured = measured_module_link(profile, 2);
  REQUIRE(measured.link);
  CHECK_THAT(measured.link->bytes_per_s_per_device, WithinRel(180e9, 1e-6));
  CHECK_THAT(measured.link->latency_s, WithinRel(10e-6, 1e-6));
  CHECK_THAT(measured.note, ContainsSubstring("link in a module"));
}

TEST_CASE("A network's rate is a device's share of what all of a node move, its latency that of a node on the way") {
  auto profile = named();
  // Two nodes of four: together 80 GB/s, a device alone 25 GB/s; a rank a node waits 16 us for the two of them.
  add_all_reduces(profile, {"nodes", 8, 4}, 60e-6, 80e9);
  add_all_reduces(profile, {"nodes", 2, 1}, 16e-6, 25e9);
  auto const measured = measured_network(profile, 4);
  REQUIRE(measured.link);
  CHECK_THAT(measured.link->bytes_per_s_per_device, WithinRel(20e9, 1e-6));
  CHECK_THAT(measured.link->latency_s, WithinRel(8e-6, 1e-6));
  CHECK(measured.link->origin == profiles::Origin::measured);
  CHECK_THAT(measured.note, ContainsSubstring("over 2 nodes, 20.0 GB/s a device where all of a node take part") &&
                                ContainsSubstring("25.0 GB/s alone") && ContainsSubstring("extrapolation"));

  SECTION("the cost model gives back what was measured with all devices") {
    Machine machine;
    machine.devices_per_node = 4;
    machine.node_link.bytes_per_s_per_device = 300e9;
    machine.network = *measured.link;
    double const time_s = collective_time_s(machine, Collective::all_reduce, 256 * mib, place_group(machine, 8, 1));
    CHECK_THAT(time_s, WithinRel(60e-6 + 1.75 * 256 * mib / 80e9, 0.01));
  }
}

TEST_CASE("A device has no larger share of a network than it moves alone") {
  auto profile = named();
  add_all_reduces(profile, {"nodes", 8, 4}, 60e-6, 80e9);
  add_all_reduces(profile, {"nodes", 2, 1}, 16e-6, 12e9);
  CHECK_THAT(measured_network(profile, 4).link->bytes_per_s_per_device, WithinRel(12e9, 1e-6));
}

TEST_CASE("Without samples of one rank a node those of all say what a node on the way costs") {
  auto profile = named();
  add_all_reduces(profile, {"nodes", 16, 4}, 60e-6, 80e9);
  auto const measured = measured_network(profile, 4);
  REQUIRE(measured.link);
  CHECK_THAT(measured.link->latency_s, WithinRel(15e-6, 1e-6));
  CHECK_THAT(measured.note, !ContainsSubstring("alone"));
}

TEST_CASE("Nodes with one device each have the whole of it") {
  auto profile = named();
  add_all_reduces(profile, {"nodes", 4, 1}, 40e-6, 25e9);
  auto const measured = measured_network(profile, 1);
  REQUIRE(measured.link);
  CHECK_THAT(measured.link->bytes_per_s_per_device, WithinRel(25e9, 1e-6));
  CHECK_THAT(measured.link->latency_s, WithinRel(10e-6, 1e-6));
}

TEST_CASE("What was not measured with all devices of a node makes no network") {
  auto profile = named();
  CHECK(measured_network(profile, 4).note.empty());
  add_all_reduces(profile, {"nodes", 2, 1}, 16e-6, 25e9);
  CHECK_FALSE(measured_network(profile, 4).link);
  CHECK(measured_network(profile, 4).note.empty());
  add_all_reduces(profile, {"nodes", 8, 4}, 60e-6, 80e9);
  CHECK_FALSE(measured_network(profile, 8).link);
  profile.samples.resize(8);
  CHECK_FALSE(measured_network(profile, 4).link);
  CHECK_THAT(measured_network(profile, 4).note, ContainsSubstring("network: as described; 3 sizes"));
}

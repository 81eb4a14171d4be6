// SPDX-License-Identifier: Apache-2.0
#include "advisor/rates.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;

namespace {

double all_reduce_s(Machine const& machine, std::int64_t size, std::int64_t stride, double exponent = 1) {
  return collective_time_s(machine, Collective::all_reduce, 1e9, place_group(machine, size, stride), exponent);
}

}  // namespace

TEST_CASE("One rank has nobody to wait for") { CHECK(all_reduce_s(round_machine(), 1, 1) == 0); }

TEST_CASE("An all-reduce in a node moves 2(n-1)/n of its message over the link") {
  CHECK_THAT(all_reduce_s(round_machine(), 2, 1), WithinRel(1e9 / 1e11));
  CHECK_THAT(all_reduce_s(round_machine(), 8, 1), WithinRel(1.75e9 / 1e11));
}

TEST_CASE("An all-reduce is a reduce-scatter and an all-gather") {
  auto const machine = round_machine();
  auto const group = place_group(machine, 4, 1);
  auto const time_s = [&](Collective collective) { return collective_time_s(machine, collective, 1e9, group); };
  CHECK_THAT(time_s(Collective::all_reduce),
             WithinRel(time_s(Collective::reduce_scatter) + time_s(Collective::all_gather)));
}

TEST_CASE("Switches that reduce speed up an all-reduce, and nothing that moves as many bytes as it keeps") {
  auto machine = round_machine();
  double const all_reduced_s = all_reduce_s(machine, 8, 1);
  machine.node_link.gather_share = 0.5;
  CHECK(all_reduce_s(machine, 8, 1) == all_reduced_s);
  auto const group = place_group(machine, 8, 1);
  for (auto const collective : {Collective::all_gather, Collective::reduce_scatter})
    CHECK_THAT(collective_time_s(machine, collective, 1e9, group), WithinRel(0.875e9 / 5e10));
  CHECK_THAT(all_to_all_time_s(machine, 1e9, group, 1), WithinRel(0.875e9 / 5e10));
}

TEST_CASE("A ring across nodes uses the network shares of its ranks in one node") {
  auto const machine = round_machine();
  // All 8 of each node: 80 GB/s. One of each node: 10 GB/s.
  CHECK_THAT(all_reduce_s(machine, 16, 1), WithinRel(2e9 * 15 / 16 / 8e10));
  CHECK_THAT(all_reduce_s(machine, 2, 8), WithinRel(1e9 / 1e10));
}

TEST_CASE("Old stacks aggregate less of a node's network, at exponent 0 a single share") {
  auto const machine = round_machine();
  CHECK_THAT(all_reduce_s(machine, 16, 1, 0), WithinRel(2e9 * 15 / 16 / 1e10));
  CHECK(all_reduce_s(machine, 16, 1, 0.4) > all_reduce_s(machine, 16, 1));
}

TEST_CASE("A ring across nodes is never faster than the node's own link") {
  auto machine = round_machine();
  machine.node_link.bytes_per_s_per_device = 2e10;
  CHECK_THAT(all_reduce_s(machine, 16, 1), WithinRel(2e9 * 15 / 16 / 2e10));
}

TEST_CASE("Two devices of one module use the module's link") {
  auto machine = round_machine();
  machine.devices_per_module = 2;
  machine.module_link.bytes_per_s_per_device = 2e11;
  CHECK_THAT(all_reduce_s(machine, 2, 1), WithinRel(1e9 / 2e11));
  CHECK_THAT(all_reduce_s(machine, 4, 1), WithinRel(1.5e9 / 1e11));
}

TEST_CASE("Beyond an island the network is tapered") {
  auto machine = round_machine();
  machine.island_nodes = 2;
  machine.island_taper = 2;
  auto const tapered_s = all_reduce_s(machine, 32, 1);
  machine.island_nodes = 4;
  CHECK_THAT(tapered_s, WithinRel(2 * all_reduce_s(machine, 32, 1)));
}

TEST_CASE("Other jobs' traffic takes half of the most that was seen, and nothing in a node") {
  auto machine = round_machine();
  auto const alone_s = [&](std::int64_t size) { return all_reduce_s(round_machine(), size, 1); };
  machine.noise_loss = 0.5;
  machine.noise_loss_nodes = 16;
  CHECK(all_reduce_s(machine, 8, 1) == alone_s(8));
  CHECK_THAT(all_reduce_s(machine, 32, 1), WithinRel(alone_s(32) / (1 - 0.25 / 2)));
  CHECK_THAT(all_reduce_s(machine, 128, 1), WithinRel(alone_s(128) / 0.75));
  CHECK_THAT(all_reduce_s(machine, 256, 1), WithinRel(alone_s(256) / 0.75));
  auto const group = place_group(machine, 128, 1);
  CHECK_THAT(all_to_all_time_s(machine, 1e9, group, 1),
             WithinRel(all_to_all_time_s(round_machine(), 1e9, group, 1) / 0.75));
  machine.island_nodes = 2;
  machine.island_taper = 2;
  CHECK_THAT(all_reduce_s(machine, 128, 1), WithinRel(2 * alone_s(128) / 0.75));
}

TEST_CASE("A message of the half-rate size sees half the bandwidth") {
  auto machine = round_machine();
  machine.node_link.half_rate_bytes = 1e9;
  machine.node_link.ramp_exponent = 0.58;
  CHECK_THAT(all_reduce_s(machine, 2, 1), WithinRel(2 * 1e9 / 1e11));
}

TEST_CASE("A network's bandwidth may rise with the message too, as measured ones do") {
  auto machine = round_machine();
  double const steady_s = all_reduce_s(machine, 2, 8);
  machine.network.half_rate_bytes = 1e9;
  CHECK_THAT(all_reduce_s(machine, 2, 8), WithinRel(2 * steady_s));
}

TEST_CASE("A ring pays its latency for each node it passes") {
  auto machine = round_machine();
  double const before = all_reduce_s(machine, 32, 1);
  machine.network.latency_s = 1e-3;
  CHECK_THAT(all_reduce_s(machine, 32, 1) - before, WithinRel(4e-3, 1e-9));
}

TEST_CASE("A link domain wider than a node joins its devices as a node does") {
  auto machine = round_machine();
  machine.devices_per_node = 4;
  CHECK(place_group(machine, 72, 1).per_node == 4);
  machine.link_domain_devices = 72;
  CHECK(place_group(machine, 72, 1).per_node == 72);
  CHECK(place_group(machine, 144, 1).per_node == 72);
  CHECK(place_group(machine, 16, 8).per_node == 9);
  CHECK_THAT(all_reduce_s(machine, 72, 1), WithinRel(2e9 * 71 / 72 / 1e11));
}

TEST_CASE("Islands are counted in nodes, however wide a link domain is") {
  auto machine = round_machine();
  machine.devices_per_node = 4;
  machine.link_domain_devices = 72;
  CHECK(place_group(machine, 144, 1).node_span == 36);
  double const inside_s = all_reduce_s(machine, 144, 1);
  machine.network.bytes_per_s_per_device = 1e9;  // 72 shares: 72 GB/s, below the link
  double const slow_s = all_reduce_s(machine, 144, 1);
  CHECK(slow_s > inside_s);
  machine.island_taper = 2;
  machine.island_nodes = 35;
  CHECK_THAT(all_reduce_s(machine, 144, 1), WithinRel(2 * slow_s));
  machine.island_nodes = 36;
  CHECK_THAT(all_reduce_s(machine, 144, 1), WithinRel(slow_s));
}

TEST_CASE("All to all in a node moves (n-1)/n of what a device has over the link") {
  auto const machine = round_machine();
  CHECK(all_to_all_time_s(machine, 1e9, place_group(machine, 1, 1)) == 0);
  CHECK_THAT(all_to_all_time_s(machine, 1e9, place_group(machine, 4, 1)), WithinRel(0.75e9 / 1e11));
}

TEST_CASE("All to all between nodes waits for the slower of network and link") {
  auto machine = round_machine();
  // Three of four nodes' parts leave; 7/8 of what a node holds is handed on inside it.
  CHECK_THAT(all_to_all_time_s(machine, 1e9, place_group(machine, 32, 1)), WithinRel(0.75e9 / 1e10));
  machine.node_link.bytes_per_s_per_device = 5e9;
  CHECK_THAT(all_to_all_time_s(machine, 1e9, place_group(machine, 32, 1)), WithinRel(0.875e9 / 5e9));
}

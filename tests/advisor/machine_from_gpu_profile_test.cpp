// SPDX-License-Identifier: Apache-2.0
#include "advisor/machine.hpp"
#include "advisor/rates.hpp"
#include "tests/advisor/fixtures.hpp"
#include "tests/advisor/gpu_profile.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <algorithm>

using namespace hpcadvise;
using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;
using profiles::Origin;
using profiles::Precision;

TEST_CASE("A measured GPU multiplies as its vendor's library was measured, less what training does not sustain") {
  auto const machine = machine_from_profile(node(8));
  auto const& rates = machine.gemm.at(Precision::bf16);
  double const sustained = machine.fitted.gemm_sustained_sm90;
  CHECK_THAT(rates.plateau_flops_per_s, WithinRel(sustained * 700e12));
  CHECK(rates.peak_flops_per_s == 989.4e12);
  CHECK(rates.origin == Origin::measured);
  REQUIRE(rates.points.size() == 2);
  double const time_s = gemm_time(machine, {1024, 1024, 1024}, Precision::bf16).time_s;
  CHECK_THAT(time_s, WithinRel(2.0 * 1024 * 1024 * 1024 / (sustained * 300e12), 1e-6));
  CHECK(machine.memory_bytes_per_s == 2.9e12);
  CHECK(machine.memory_origin == Origin::measured);
  CHECK(machine.memory_bytes == 84.9e9);
}

TEST_CASE("What was not measured on a GPU comes from its description, and says so") {
  auto const machine = machine_from_profile(node(8));
  CHECK(machine.gemm.at(Precision::fp16).origin == Origin::reference);
  CHECK(machine.name == "node17");
  CHECK(machine.device == "h100-sxm-80gb");
  CHECK(machine.devices_per_node == 8);
  CHECK(machine.origin == Origin::reference);
  CHECK(machine.node_link.bytes_per_s_per_device > 0);
  CHECK(machine.network.bytes_per_s_per_device > 0);
  for (auto const* const link : {&machine.module_link, &machine.node_link, &machine.network})
    CHECK(link->origin == Origin::reference);
  CHECK(has_note(machine, "links and network: as described for h100-sxm-80gb, not measured"));
  // Frameworks do not run hpcadvise's kernel.
  CHECK(machine.attention.origin == Origin::reference);
  CHECK(machine.attention.forward_points.empty());
  CHECK(has_note(machine, "fused attention: as published"));
  CHECK_FALSE(has_note(machine, "it was not measured here"));
}

TEST_CASE("A device that was measured is not said to be published") {
  CHECK(measures_gemm(machine_from_profile(node(8))));
  CHECK_FALSE(measures_gemm(machine_from_parts({"h100-sxm-80gb", 8, {}, {}})));
}

TEST_CASE("On a system that was recognized the links are that system's") {
  auto profile = node(1);
  profile.host.system = "marenostrum5-acc";
  profile.devices[0].name = "NVIDIA H100";
  profile.devices[0].gpu->memory_bytes = 67'700'000'000;
  auto const machine = machine_from_profile(profile);
  CHECK(machine.device == "h100-sxm-64gb");
  CHECK(machine.devices_per_node == 4);
  CHECK(machine.network_kind == "infiniband");
  CHECK(has_note(machine, "links and network: as described for marenostrum5-acc, not measured"));

  SECTION("another device than that system's is not on it") {
    profile.devices[0] = h100();
    CHECK(has_note(machine_from_profile(profile), "links and network: as described for h100-sxm-80gb"));
  }
}

TEST_CASE("Without the vendor's library hpcadvise's own kernel stands for it") {
  auto profile = node(1);
  std::erase_if(profile.samples, [](auto const& sample) { return sample.provider == "cublaslt"; });
  auto const machine = machine_from_profile(profile);
  CHECK_THAT(machine.gemm.at(Precision::bf16).plateau_flops_per_s,
             WithinRel(machine.fitted.gemm_sustained_sm90 * 400e12));
  CHECK(has_note(machine, "hpcadvise's own kernel stands for it"));
}

TEST_CASE("Samples of all devices at once compare siblings and are no rate") {
  auto profile = node(8);
  auto together = gemm_sample("cublaslt", 8192, 9e15);
  together.parameters["device"] = std::int64_t{1};
  together.parameters["concurrent_devices"] = std::int64_t{8};
  profile.samples.push_back(together);
  CHECK(machine_from_profile(profile).gemm.at(Precision::bf16).plateau_flops_per_s < 700e12);
}

TEST_CASE("A GPU that no description ships for plans for itself alone") {
  auto profile = node(2);
  for (auto& device : profile.devices) device.name = "NVIDIA X1";
  auto const machine = machine_from_profile(profile);
  CHECK(machine.device == "NVIDIA X1");
  CHECK(machine.architecture == "sm_90");
  CHECK(machine.origin == Origin::measured);
  CHECK(machine.devices_per_node == 1);
  CHECK(machine.node_count == 1);
  CHECK(machine.attention.forward_points.size() == 1);
  CHECK(has_note(machine, "nothing is known of the links"));
}

namespace {

profiles::Sample overlap(char const* operation, std::int64_t message_bytes, double hidden_share,
                         char const* provider = "nccl") {
  return measured_sample("overlap", provider,
                         {{"operation", operation},
                          {"message_bytes", message_bytes},
                          {"rank_count", std::int64_t{8}},
                          {"placement", "node"}},
                         "hidden_share", hidden_share);
}

}  // namespace

TEST_CASE("What a hidden collective still costs is as measured, by the longest messages that sharding hides") {
  auto profile = node(8);
  auto const fitted = machine_from_profile(profile).fitted.overlap_cost;
  CHECK(fitted == FittedConstants{}.overlap_cost);
  profile.samples.push_back(overlap("all_reduce", 1 << 28, 0.6));
  CHECK_THAT(machine_from_profile(profile).fitted.overlap_cost, WithinRel(0.4));
  profile.samples.push_back(overlap("all_gather", 1 << 20, 0.1));
  profile.samples.push_back(overlap("all_gather", 1 << 28, 0.9));
  profile.samples.push_back(overlap("reduce_scatter", 1 << 28, 0.8));
  auto const machine = machine_from_profile(profile);
  CHECK_THAT(machine.fitted.overlap_cost, WithinRel(0.15));
  CHECK(has_note(machine, "hidden collectives: measured in the node, they still cost 0.15 of their own time"));

  SECTION("of fewer ranks nothing is taken, and two providers count alike") {
    auto few = overlap("all_gather", 1 << 30, 0.2);
    few.parameters["rank_count"] = std::int64_t{2};
    profile.samples.push_back(few);
    profile.samples.push_back(overlap("reduce_scatter", 1 << 28, 0.6));
    CHECK_THAT(machine_from_profile(profile).fitted.overlap_cost, WithinRel(0.2));
  }
  SECTION("between nodes, where that was measured") {
    auto far = overlap("all_gather", 1 << 28, 0.95);
    far.parameters["placement"] = "nodes";
    profile.samples.push_back(far);
    auto const across = machine_from_profile(profile);
    CHECK_THAT(across.fitted.overlap_cost, WithinRel(0.05));
    CHECK(has_note(across, "hidden collectives: measured between nodes"));
  }
}

namespace {

// All-reduces that take 20 us, and 2 (n - 1) / n bytes over a bus of that rate for each of the message.
void add_all_reduces(profiles::MachineProfile& profile, std::string const& placement, std::int64_t rank_count,
                     double bus_bytes_per_s, std::int64_t ranks_a_node = 0) {
  double const wire_share = 2 * double(rank_count - 1) / double(rank_count);
  for (double const bytes : {1e3, 1e6, 16.8e6, 268e6}) {
    double const time_s = 20e-6 + wire_share * bytes / bus_bytes_per_s;
    auto sample = measured_sample("collective", "nccl",
                                  {{"operation", "all_reduce"},
                                   {"message_bytes", std::int64_t(bytes)},
                                   {"rank_count", rank_count},
                                   {"placement", placement}},
                                  "bus_bytes_per_s", wire_share * bytes / time_s);
    if (ranks_a_node > 0) sample.parameters["ranks_a_node"] = ranks_a_node;
    sample.timing->median_s = time_s;
    profile.samples.push_back(sample);
  }
}

profiles::MachineProfile lumi_node() {
  auto profile = node(8);
  profile.host.system = "lumi-g";
  for (auto& device : profile.devices) {
    device.backend = "hip";
    device.name = "AMD Instinct MI250X";
    device.gpu->architecture = "gfx90a";
    device.gpu->memory_bytes = 68'700'000'000;
    device.gpu->multiprocessor_count = 110;
  }
  return profile;
}

}  // namespace

TEST_CASE("Links between a node's GPUs are those that were measured, its network the described one") {
  auto profile = node(8);
  auto const described = machine_from_profile(profile);
  add_all_reduces(profile, "node", 8, 300e9);
  auto const machine = machine_from_profile(profile);
  CHECK_THAT(machine.node_link.bytes_per_s_per_device, WithinRel(300e9, 1e-3));
  CHECK_THAT(machine.node_link.latency_s, WithinRel(20e-6, 1e-3));
  CHECK(machine.node_link.origin == Origin::measured);
  CHECK(machine.network.bytes_per_s_per_device == described.network.bytes_per_s_per_device);
  CHECK(has_note(machine, "links in the node: all-reduces of 4 sizes by nccl"));
  CHECK(has_note(machine, "network: as described for h100-sxm-80gb"));
  CHECK_FALSE(has_note(machine, "links and network: as described"));

  SECTION("too few sizes keep the described link, and say so") {
    profile.samples.pop_back();
    auto const kept = machine_from_profile(profile);
    CHECK(kept.node_link.bytes_per_s_per_device == described.node_link.bytes_per_s_per_device);
    CHECK(has_note(kept, "3 sizes of an all-reduce measured by nccl are too few"));
  }
  SECTION("a device that no description ships for plans for its node") {
    for (auto& device : profile.devices) device.name = "NVIDIA X1";
    auto const unknown = machine_from_profile(profile);
    CHECK(unknown.devices_per_node == 8);
    CHECK(unknown.node_count == 1);
    CHECK_THAT(unknown.node_link.bytes_per_s_per_device, WithinRel(300e9, 1e-3));
    CHECK(has_note(unknown, "nothing is known of the network"));
  }
}

TEST_CASE("A link inside modules that is described apart stays when the node's is measured, until it is too") {
  auto profile = lumi_node();
  add_all_reduces(profile, "node", 8, 300e9);
  auto const machine = machine_from_profile(profile);
  REQUIRE(machine.device == "mi250x-gcd");
  CHECK_THAT(machine.node_link.bytes_per_s_per_device, WithinRel(300e9, 1e-3));
  CHECK(machine.module_link.bytes_per_s_per_device != machine.node_link.bytes_per_s_per_device);
  CHECK(machine.module_link.origin != Origin::measured);
  add_all_reduces(profile, "module", 2, 170e9);
  auto const with_module = machine_from_profile(profile);
  CHECK_THAT(with_module.module_link.bytes_per_s_per_device, WithinRel(170e9, 1e-3));
  CHECK_THAT(with_module.node_link.bytes_per_s_per_device, WithinRel(300e9, 1e-3));
  CHECK(has_note(with_module, "link in a module: all-reduces of 4 sizes"));
}

TEST_CASE("A network that was measured takes the place of the described one, and of what was said of it") {
  auto profile = lumi_node();
  add_all_reduces(profile, "nodes", 16, 88e9, 8);
  auto const machine = machine_from_profile(profile);
  CHECK_THAT(machine.network.bytes_per_s_per_device, WithinRel(11e9, 1e-3));
  CHECK_THAT(machine.network.latency_s, WithinRel(10e-6, 1e-3));
  CHECK(machine.network.origin == Origin::measured);
  CHECK(has_note(machine, "network: all-reduces of 4 sizes by nccl over 2 nodes"));
  CHECK(has_note(machine, "links in the node: as described for lumi-g, not measured"));
  CHECK_FALSE(has_note(machine, "network: collectives are taken to reach"));
  CHECK_FALSE(has_note(machine, "network: as described"));

  SECTION("with the node's links nothing is left of the description") {
    add_all_reduces(profile, "node", 8, 150e9);
    CHECK_FALSE(has_note(machine_from_profile(profile), "as described for lumi-g"));
  }
  SECTION("a device that no description ships for plans for any number of nodes") {
    add_all_reduces(profile, "node", 8, 150e9);
    profile.host.system.reset();
    for (auto& device : profile.devices) device.name = "AMD Instinct X1";
    auto const unknown = machine_from_profile(profile);
    CHECK(unknown.devices_per_node == 8);
    CHECK_FALSE(unknown.node_count);
    CHECK_THAT(unknown.network.bytes_per_s_per_device, WithinRel(11e9, 1e-3));
    CHECK_FALSE(has_note(unknown, "nothing is known"));
  }
}

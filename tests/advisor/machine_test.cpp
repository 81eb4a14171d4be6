// SPDX-License-Identifier: Apache-2.0
#include "advisor/machine.hpp"

#include "advisor/constants.hpp"
#include "advisor/machine_parts.hpp"
#include "profiles/error.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <algorithm>

using namespace hpcadvise;
using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;
using profiles::Precision;

namespace {

profiles::Fact<double> fact(double value) { return {value, "a source", profiles::Confidence::verified, ""}; }

profiles::DeviceDescription device() {
  profiles::DeviceDescription result;
  result.name = "test-device";
  result.vendor = "nvidia";
  result.architecture = "sm_90";
  result.multiprocessor_count = fact(132);
  result.memory_bytes = fact(80e9);
  result.memory_bandwidth_bytes_per_s = fact(3e12);
  result.power_w = fact(700);
  result.peak_flops_per_s[Precision::bf16] = fact(1000e12);
  result.gemm_flops_per_s[Precision::bf16] = fact(800e12);
  result.attention_forward_flops_per_s = fact(300e12);
  result.attention_backward_flops_per_s = fact(200e12);
  result.node_link_bytes_per_s = fact(4e11);
  return result;
}

profiles::SystemDescription system() {
  profiles::SystemDescription result;
  result.name = "test-system";
  result.device = "test-device";
  result.devices_per_node = fact(4);
  result.node_count = fact(100);
  result.device_memory_bytes = fact(64e9);
  result.network_bytes_per_s_per_device = fact(25e9);
  result.network_kind = "slingshot";
  result.island_nodes = fact(16);
  result.island_taper = fact(2);
  result.billing_unit = "GPU-hour";
  result.billing_units_per_device_hour = fact(0.5);
  return result;
}

profiles::Sample gemm_sample(std::string provider, double flops_per_s) {
  return measured_sample(
      "gemm", std::move(provider),
      {{"m", std::int64_t{64}}, {"n", std::int64_t{64}}, {"k", std::int64_t{64}}, {"precision", "fp32"}}, "flops_per_s",
      flops_per_s);
}

profiles::Sample attention_sample(std::int64_t head_size, bool causal, std::string direction, double flops_per_s) {
  return measured_sample("attention", "kokkos",
                         {{"head_size", head_size},
                          {"query_length", std::int64_t{1024}},
                          {"causal", causal},
                          {"direction", std::move(direction)}},
                         "flops_per_s", flops_per_s);
}

profiles::MachineProfile profile() {
  profiles::MachineProfile result;
  result.name = "here";
  result.host.cpu_model = "a CPU";
  result.host.architecture = "x86_64";
  result.host.memory_bytes = std::int64_t{8} << 30;
  result.host.peak[Precision::fp32] = {1e12, "cores x clock x width"};
  result.samples = {gemm_sample("kokkos", 4e11),
                    gemm_sample("openblas", 5e11),
                    measured_sample("memory", "kokkos", {{"kernel", "triad"}, {"level", "DRAM"}}, "bytes_per_s", 2e10),
                    measured_sample("memory", "kokkos", {{"kernel", "triad"}, {"level", "L2"}}, "bytes_per_s", 9e11),
                    attention_sample(128, true, "forward", 3e11),
                    attention_sample(64, true, "forward", 1e11),
                    attention_sample(128, false, "forward", 4e11),
                    attention_sample(128, true, "backward", 2e11)};
  return result;
}

}  // namespace

TEST_CASE("A described system becomes sustained rates, with what was assumed noted") {
  auto const machine = machine_from_system(system(), device());
  CHECK(machine.origin == profiles::Origin::reference);
  CHECK(machine.memory_bytes == 64e9);
  CHECK(machine.devices_per_node == 4);
  CHECK(machine.node_count == 100);
  CHECK_THAT(machine.gemm.at(Precision::bf16).plateau_flops_per_s,
             WithinRel(FittedConstants{}.gemm_sustained_sm90 * 800e12));
  CHECK(machine.gemm.at(Precision::bf16).peak_flops_per_s == 1000e12);
  CHECK_THAT(machine.attention.forward_flops_per_s, WithinRel(FittedConstants{}.flash_attention_factor * 300e12));
  CHECK_THAT(machine.memory_bytes_per_s, WithinRel(0.83 * 3e12));
  CHECK_THAT(machine.network.bytes_per_s_per_device, WithinRel(FittedConstants{}.network_slingshot * 25e9));
  CHECK(machine.node_link.bytes_per_s_per_device == 4e11);
  CHECK(machine.billing_units_per_device_hour == 0.5);
  CHECK(machine.notes.size() >= 3);
}

TEST_CASE("A system's own link wins over its device's, a measured triad over the data sheet") {
  auto fast = system();
  fast.node_link_bytes_per_s = fact(1e11);
  auto measured = device();
  measured.stream_bytes_per_s = fact(2.9e12);
  auto const machine = machine_from_system(fast, measured);
  CHECK(machine.node_link.bytes_per_s_per_device == 1e11);
  CHECK(machine.memory_bytes_per_s == 2.9e12);
}

TEST_CASE("An announced system without the facts a plan needs says which") {
  auto announced = system();
  announced.origin = profiles::Origin::announced;
  announced.network_bytes_per_s_per_device.value.reset();
  CHECK_THROWS_AS(machine_from_system(announced, device()), profiles::UsageError);
  auto blank = device();
  blank.gemm_flops_per_s.clear();
  CHECK_THROWS_AS(machine_from_system(system(), blank), profiles::UsageError);
}

TEST_CASE("Every shipped system either plans or says what is missing") {
  for (auto const& name : profiles::system_names()) {
    INFO(name);
    try {
      auto const machine = machine_from_system(profiles::system_description(name));
      CHECK(machine.memory_bytes > 1e9);
      CHECK(machine.network.bytes_per_s_per_device > 1e9);
      CHECK(machine.node_link.bytes_per_s_per_device >= machine.network.bytes_per_s_per_device);
    } catch (profiles::UsageError const& error) {
      CHECK_FALSE(std::string(error.what()).empty());
    }
  }
}

TEST_CASE("A composed machine reads its parts, and a missing network is the vendor's usual one, noted") {
  auto const parts = composed_machine_from_text(
      "device=test-device,devices-per-node=8,network-gbit-per-device=200,network=infiniband");
  CHECK(parts.device == "test-device");
  CHECK(parts.devices_per_node == 8);
  CHECK_THAT(machine_from_parts(parts, device()).network.bytes_per_s_per_device,
             WithinRel(FittedConstants{}.network_infiniband * 25e9));

  auto const usual = machine_from_parts(composed_machine_from_text("device=test-device,devices-per-node=8"), device());
  CHECK_THAT(usual.network.bytes_per_s_per_device, WithinRel(FittedConstants{}.network_unknown * 50e9));
  CHECK(has_note(usual, "DGX H100"));
}

TEST_CASE("A composed machine that cannot be read is refused") {
  for (auto const* text :
       {"devices-per-node=8", "device=", "device=x", "device=x,devices-per-node=0", "device=x,devices-per-node=2.5",
        "device=x,devices-per-node=100000", "device=x,devices-per-node=8,network-gbit-per-device=nan",
        "device=x,devices-per-node=8,network-gbit-per-device=-1", "device=x,devices-per-node=8,colour=red",
        "device=x,devices-per-node=8,network-gbit-per-device=1e300", "device=x,devices-per-node=8,network=pigeon",
        "device=x,device=y,devices-per-node=8", "device=x,,"}) {
    INFO(text);
    CHECK_THROWS_AS(composed_machine_from_text(text), profiles::UsageError);
  }
}

TEST_CASE("A profile gives its best provider, its DRAM triad and its own memory") {
  auto const machine = machine_from_profile(profile());
  CHECK(machine.origin == profiles::Origin::measured);
  auto const& rates = machine.gemm.at(Precision::fp32);
  REQUIRE(rates.points.size() == 1);
  CHECK(rates.points[0].flops_per_s == 5e11);
  CHECK(rates.plateau_flops_per_s == 5e11);
  CHECK(rates.peak_flops_per_s == 1e12);
  CHECK_THAT(rates.points[0].relative_half_width, WithinRel(0.01, 1e-6));
  CHECK(machine.memory_bytes_per_s == 2e10);
  CHECK(machine.memory_bytes == 8.0 * (1 << 30));
  CHECK(machine.attention.backward_flops_per_s == 2e11);
  CHECK(machine.node_count == 1);
}

TEST_CASE("A profile keeps every attention it measured, by direction") {
  auto const attention = machine_from_profile(profile()).attention;
  REQUIRE(attention.forward_points.size() == 3);
  CHECK(attention.forward_points[1].head_size == 64);
  CHECK(attention.forward_points[1].length == 1024);
  CHECK(attention.forward_points[1].flops_per_s == 1e11);
  CHECK_FALSE(attention.forward_points[2].causal);
  CHECK(attention.backward_points.size() == 1);
}

TEST_CASE("Measured collectives make no link of one device, and that is said") {
  auto measured = profile();
  CHECK_FALSE(has_note(machine_from_profile(measured), "collectives"));
  measured.samples.push_back(
      measured_sample("collective", "mpi", {{"operation", "all_reduce"}}, "bus_bytes_per_s", 1e10));
  auto const machine = machine_from_profile(measured);
  CHECK(has_note(machine, "measured collectives are not used yet"));
  CHECK(machine.network.bytes_per_s_per_device == 0);
  CHECK(machine.node_link.bytes_per_s_per_device == 0);
}

TEST_CASE("A host has no device runtime and no host that launches too slowly; a device has both") {
  auto const host = machine_from_profile(profile());
  CHECK(host.runtime_bytes == 0);
  CHECK_FALSE(host.host_bound);
  auto const machine = machine_from_system(system(), device());
  CHECK(machine.runtime_bytes == constants::runtime_context_bytes);
  CHECK(machine.host_bound);
}

TEST_CASE("A published rate says that it was not measured here") {
  CHECK(has_note(machine_from_system(system(), device()), "it was not measured here"));
}

TEST_CASE("A control group's limit is the memory there is") {
  auto limited = profile();
  limited.host.cgroup_memory_limit_bytes = std::int64_t{4} << 30;
  CHECK(machine_from_profile(limited).memory_bytes == 4.0 * (1 << 30));
}

TEST_CASE("A profile without the samples a plan needs says which") {
  auto poor = profile();
  poor.samples.erase(poor.samples.begin(), poor.samples.begin() + 2);
  CHECK_THROWS_AS(machine_from_profile(poor), profiles::UsageError);
  auto wrong = profile();
  wrong.samples[0].status = profiles::SampleStatus::wrong;
  wrong.samples[1].status = profiles::SampleStatus::impossible;
  CHECK_THROWS_AS(machine_from_profile(wrong), profiles::UsageError);
}

TEST_CASE("A profile without the samples a plan needs is to be measured again with more time than it had") {
  auto const budget_for = [](double asked_s) {
    auto poor = profile();
    poor.samples.clear();
    poor.budget.asked_s = asked_s;
    try {
      machine_from_profile(poor);
    } catch (profiles::UsageError const& error) {
      return error.next_step().substr(error.next_step().rfind(' ') + 1);
    }
    return std::string("none");
  };
  CHECK(budget_for(25) == "60s");
  CHECK(budget_for(60) == "120s");
}

TEST_CASE("A machine is found by system, by composition, or refused with the nearest name") {
  CHECK(find_machine("lumi-g", "/nonexistent").name == "lumi-g");
  CHECK(find_machine("device=a100-sxm-80gb,devices-per-node=8", "/nonexistent").devices_per_node == 8);
  try {
    find_machine("lumi-gg", "/nonexistent");
    FAIL("accepted");
  } catch (profiles::UsageError const& error) {
    CHECK(error.next_step() == "did you mean 'lumi-g'?");
  }
  CHECK_THROWS_AS(find_machine("a100-sxm-80gb", "/nonexistent"), profiles::UsageError);
}

TEST_CASE("Links reduce in their switches where eight devices or more share them, in a node or in a rack") {
  Machine machine;
  machine.architecture = "sm_100";
  machine.devices_per_node = 4;
  auto const exponent = [&] { return node_link_from(1e11, "a source", machine).ramp_exponent; };
  CHECK(exponent() == constants::ramp_exponent_ring);
  machine.link_domain_devices = 72;
  CHECK(exponent() == constants::ramp_exponent_switched);
  machine.link_domain_devices = 0;
  machine.devices_per_node = 8;
  CHECK(exponent() == constants::ramp_exponent_switched);
  machine.architecture = "sm_80";
  CHECK(exponent() == constants::ramp_exponent_ring);
}

TEST_CASE("A profile that was measured in one start says so, for its intervals are narrower than it repeats") {
  auto measured = profile();
  CHECK_FALSE(has_note(machine_from_profile(measured), "one start"));
  if (!measured.samples.front().timing) measured.samples.front().timing.emplace();
  measured.samples.front().timing->widened_by = profiles::WidenedBy::nothing;
  CHECK(has_note(machine_from_profile(measured), "one start"));
}

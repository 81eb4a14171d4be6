// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/papi_devices.hpp"
#include "probes/runner/sensors.hpp"
#include "tests/probes/fake_node.hpp"
#include "tests/probes/fake_papi.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <cstring>

using namespace hpcadvise::probes::runner;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;
using hpcadvise::tests::FakeComponent;
using hpcadvise::tests::FakeNode;
using hpcadvise::tests::FakePapi;

namespace {

struct Event {
  char const* name;
  long long value;  // of device 0; one more for each next one, times the step
  long long step;
};

constexpr Event nvml_events[] = {
    {"sm_clock", 1410, 1},
    {"memory_clock", 2619, 1},
    {"power", 300'000, 1000},
    {"total_energy_consumption", 5000, 1},
    {"temperature", 60, 1},
    {"total_ecc_errors", 0, 0},
    {"total_ecc_errors", 0, 0},
    {"gpu_utilization", 50, 1},
    {"power_management_limit", 700'000, 1},
};

// As linux-nvml.c has them: in the list of whose an event is, the second total_ecc_errors of a device is left out.
void add_nvml_events(FakeComponent& nvml, int device_count) {
  std::vector<int> whose;
  for (int device = 0; device < device_count; ++device) whose.insert(whose.end(), std::size(nvml_events) - 1, device);
  for (int device = 0; device < device_count; ++device)
    for (auto const& event : nvml_events) {
      auto const place = nvml.events.size();
      FakeComponent::Value value = [] { return std::nullopt; };
      if (place < whose.size()) value = [event, read = whose[place]] { return event.value + read * event.step; };
      nvml.events.emplace_back("nvml:::NVIDIA_H200:device_" + std::to_string(device) + ":" + event.name, value);
    }
}

FakeComponent::Value& value_of(FakeComponent& component, std::string const& ending) {
  auto const found =
      std::ranges::find_if(component.events, [&](auto const& event) { return event.first.ends_with(ending); });
  REQUIRE(found != component.events.end());
  return found->second;
}

FakeComponent::Value always(long long value) {
  return [value] { return value; };
}

void add_nvidia_devices(FakeNode const& node, int count) {
  node.nvml("- nvmlDeviceGetCount_v2 " + std::to_string(count) + "\n");
  for (int device = 0; device < count; ++device)
    node.nvml(std::to_string(device) + " nvmlDeviceGetPciInfo_v3 0 " + std::to_string(0x10 + device) + " 0\n");
}

DeviceSource h200(int number) {
  return {.architecture = "sm90",
          .pci_bus_id = "0000:1" + std::to_string(number) + ":00.0",
          .nvml_library = HPCADVISE_FAKE_NVML,
          .least_energy_s = 0};
}

void add_gcd(FakeComponent& rocm_smi, int number, long long address) {
  auto const device = "device=" + std::to_string(number);
  auto const add = [&](std::string const& before, std::string const& after, long long value) {
    rocm_smi.events.emplace_back("rocm_smi:::" + before + device + after, always(value));
  };
  add("pci_id:", "", address);
  add("power_average:", ":sensor=0", 410'000'000 + number);
  add("temp_current:", ":sensor=0", 45'000);
  add("temp_current:", ":sensor=1", 71'000 + number);
  add("temp_current:", ":sensor=2", 65'000);
  add("energy_count:", "", 2'000'000);
  add("gpu_clk_freq_System:", ":current", 1'700'000'000);
}

DeviceSource gcd() { return {.architecture = "gfx90a", .pci_bus_id = "0001:c1:00.0", .least_energy_s = 0}; }

std::string reason_of(Sensors const& sensors, std::string const& name) {
  auto const found = std::ranges::find(sensors.list(), name, &hpcadvise::profiles::Sensor::name);
  if (found == sensors.list().end()) return "not listed";
  CHECK(found->available == found->reason.empty());
  return found->reason;
}

}  // namespace

TEST_CASE("PAPI's nvml reads the measured device beside NVML, in base units", "[runner][sensors][papi]") {
  FakeNode const node;
  FakePapi papi;
  add_nvidia_devices(node, 2);
  auto& nvml = papi.component("nvml");
  add_nvml_events(nvml, 2);
  Sensors sensors(node.folder.path(), h200(1));
  for (auto const* const name : {"clock", "memory_clock", "power", "temperature", "energy"})
    CHECK(reason_of(sensors, std::string("papi:nvml:") + name).empty());
  // The value of the moment, however often it is read.
  for (int i = 0; i < 2; ++i) {
    auto const state = sensors.state();
    CHECK_THAT(state.at("papi_clock_hz"), WithinRel(1.411e9));
    CHECK_THAT(state.at("papi_memory_clock_hz"), WithinRel(2.62e9));
    CHECK_THAT(state.at("papi_power_w"), WithinRel(301.0));
    CHECK_THAT(state.at("papi_temperature_celsius"), WithinRel(61.0));
    CHECK_FALSE(state.contains("papi_energy_j"));
  }
  CHECK(papi.event_sets.empty());

  sensors.start_counters();
  value_of(nvml, ":device_1:total_energy_consumption") = always(7501);
  auto const counts = sensors.stop_counters();
  CHECK_THAT(counts.at("papi_energy_j"), WithinRel(2.5));
  CHECK_FALSE(counts.contains("energy_j"));
}

TEST_CASE("PAPI numbers the devices that NVML lets this user ask, and no others", "[runner][sensors][papi]") {
  FakeNode const node;
  FakePapi papi;
  add_nvidia_devices(node, 3);
  node.nvml("0 nvmlDeviceGetHandleByIndex_v2 error 4\n");
  add_nvml_events(papi.component("nvml"), 2);
  CHECK_THAT(Sensors(node.folder.path(), h200(2)).state().at("papi_power_w"), WithinRel(301.0));
  CHECK(reason_of(Sensors(node.folder.path(), h200(0)), "papi:nvml") == "NVML numbers no device at 0000:10:00.0");
}

TEST_CASE("What PAPI's nvml would read of another device than it names is not read", "[runner][sensors][papi]") {
  FakeNode const node;
  FakePapi papi;
  add_nvidia_devices(node, 6);
  auto& nvml = papi.component("nvml");
  add_nvml_events(nvml, 6);
  // Lines 32 to 39 of that list are those of device 4, and its temperature is event 40.
  REQUIRE(*value_of(nvml, ":device_4:temperature")() == 65);
  Sensors const fourth(node.folder.path(), h200(3));
  CHECK_THAT(fourth.state().at("papi_temperature_celsius"), WithinRel(63.0));
  Sensors const fifth(node.folder.path(), h200(4));
  CHECK_THAT(reason_of(fifth, "papi:nvml:temperature"), ContainsSubstring("of another device"));
  CHECK_FALSE(fifth.state().contains("papi_temperature_celsius"));
  CHECK_THAT(fifth.state().at("papi_power_w"), WithinRel(304.0));
  Sensors const last(node.folder.path(), h200(5));
  CHECK_FALSE(last.state().contains("papi_temperature_celsius"));
  CHECK_THAT(last.state().at("papi_clock_hz"), WithinRel(1.415e9));
}

TEST_CASE("A component of PAPI that cannot be asked is one sensor, which says why", "[runner][sensors][papi]") {
  FakeNode const node;
  FakePapi papi;
  add_nvidia_devices(node, 1);
  auto const reason = [&](char const* sensor = "papi:nvml") {
    return reason_of(Sensors(node.folder.path(), h200(0)), sensor);
  };
  CHECK(reason() == "this PAPI has no such component");
  CHECK(reason("papi:cuda") == "this PAPI has no such component");
  auto& nvml = papi.component("nvml");
  CHECK(reason() == "it has no events");
  nvml.disabled = "The shared object libnvidia-ml was unable to be found.";
  CHECK(reason() == nvml.disabled);
  nvml.disabled = "";
  add_nvml_events(nvml, 1);
  CHECK(reason() == "not listed");
  papi.version = PAPI_VERSION_NUMBER(7, 0, 0, 0);
  CHECK_THAT(reason(), ContainsSubstring("before 7.0.1"));
  papi.version = PAPI_VERSION_NUMBER(7, 0, 1, 0);
  CHECK(reason() == "not listed");
}

TEST_CASE("Counters that would slow the kernels are listed and not read", "[runner][sensors][papi]") {
  FakeNode const node;
  FakePapi papi;
  auto& cuda = papi.component("cuda");
  auto const reason = [&] { return reason_of(Sensors(node.folder.path(), h200(0)), "papi:cuda"); };
  CHECK(reason() == "its counters slow the kernels that are timed");
  CHECK(cuda.info.disabled == PAPI_EDELAY_INIT);
  cuda.info.disabled = PAPI_ENOSUPP;
  std::strcpy(cuda.info.disabled_reason, "libcupti.so not found.");
  CHECK(reason() == "libcupti.so not found.");
  CHECK(reason_of(Sensors(node.folder.path(), gcd()), "papi:cuda") == "not listed");
  CHECK(reason_of(Sensors(node.folder.path(), gcd()), "papi:rocm") == "this PAPI has no such component");
}

TEST_CASE("An event that PAPI lacks, or gives no value of, costs itself alone", "[runner][sensors][papi]") {
  FakeNode const node;
  FakePapi papi;
  add_nvidia_devices(node, 1);
  auto& nvml = papi.component("nvml");
  add_nvml_events(nvml, 1);
  std::erase_if(nvml.events, [](auto const& event) { return event.first.ends_with("total_energy_consumption"); });
  value_of(nvml, ":power") = always(0);
  Sensors sensors(node.folder.path(), h200(0));
  CHECK(reason_of(sensors, "papi:nvml:energy") == "this PAPI has no event *:device_0:total_energy_consumption");
  CHECK(reason_of(sensors, "papi:nvml:power") == "PAPI gives 0");
  CHECK(reason_of(sensors, "papi:nvml:clock").empty());
  CHECK_FALSE(sensors.state().contains("papi_power_w"));
  CHECK(sensors.state().contains("papi_temperature_celsius"));
  sensors.start_counters();
  CHECK_FALSE(sensors.stop_counters().contains("papi_energy_j"));
}

TEST_CASE("An event that fails keeps PAPI from the others of its component until it works", "[runner][sensors][papi]") {
  FakeNode const node;
  FakePapi papi;
  add_nvidia_devices(node, 1);
  auto& nvml = papi.component("nvml");
  add_nvml_events(nvml, 1);
  value_of(nvml, ":power") = [] { return std::nullopt; };
  Sensors const sensors(node.folder.path(), h200(0));
  CHECK(reason_of(sensors, "papi:nvml:power") == "PAPI says: Invalid argument");
  for (auto const* const name : {"clock", "temperature", "energy"})
    CHECK(reason_of(sensors, std::string("papi:nvml:") + name) ==
          "PAPI does not get past nvml:::NVIDIA_H200:device_0:power");
  CHECK_FALSE(sensors.state().contains("papi_clock_hz"));
  value_of(nvml, ":power") = always(300'000);
  CHECK_THAT(sensors.state().at("papi_clock_hz"), WithinRel(1.41e9));
  CHECK_THAT(sensors.state().at("papi_power_w"), WithinRel(300.0));
  CHECK(papi.event_sets.empty());
}

TEST_CASE("A GCD is the device of PAPI's rocm_smi that has its address", "[runner][sensors][papi]") {
  FakeNode const node;
  FakePapi papi;
  auto& rocm_smi = papi.component("rocm_smi");
  add_gcd(rocm_smi, 0, 1ll << 32 | 0x8100);
  // Bits 28 to 31 are a partition's number.
  add_gcd(rocm_smi, 1, 1ll << 32 | 0x3000'c100);
  SECTION("which is read in base units") {
    Sensors sensors(node.folder.path(), gcd());
    auto const state = sensors.state();
    CHECK_THAT(state.at("papi_power_w"), WithinRel(410.000001, 1e-12));
    CHECK_THAT(state.at("papi_temperature_celsius"), WithinRel(71.001));
    CHECK_THAT(state.at("papi_memory_temperature_celsius"), WithinRel(65.0));
    CHECK_FALSE(state.contains("papi_clock_hz"));
    CHECK_THAT(reason_of(sensors, "papi:rocm_smi:clock"), ContainsSubstring("before ROCm 6.0"));
    sensors.start_counters();
    value_of(rocm_smi, "energy_count:device=1") = always(5'000'000);
    CHECK_THAT(sensors.stop_counters().at("papi_energy_j"), WithinRel(3.0));
  }
  SECTION("and no other") {
    auto source = gcd();
    source.pci_bus_id = "0000:c1:00.0";
    CHECK(reason_of(Sensors(node.folder.path(), source), "papi:rocm_smi") == "none of its devices is at 0000:c1:00.0");
  }
  SECTION("unless several share it") {
    add_gcd(rocm_smi, 2, 1ll << 32 | 0xc100);
    CHECK(reason_of(Sensors(node.folder.path(), gcd()), "papi:rocm_smi") ==
          "several of its devices are at 0001:c1:00.0");
  }
  SECTION("if it can be asked for") {
    value_of(rocm_smi, "pci_id:device=0") = [] { return std::nullopt; };
    CHECK(reason_of(Sensors(node.folder.path(), gcd()), "papi:rocm_smi") ==
          "of rocm_smi:::pci_id:device=0 PAPI says: Invalid argument");
  }
}

// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/device_sensors.hpp"
#include "probes/runner/gpu_metrics.hpp"
#include "probes/runner/sensors.hpp"
#include "probes/runner/throttle.hpp"
#include "tests/probes/fake_node.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>

using namespace hpcadvise::probes::runner;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;
using hpcadvise::tests::FakeNode;

namespace {

// At the limit of its power, and too warm.
constexpr char const* busy_h100 = R"(- nvmlDeviceGetCount_v2 1
0 nvmlDeviceGetPciInfo_v3 0 27 0
0 nvmlDeviceGetClockInfo:1 1410
0 nvmlDeviceGetClockInfo:2 2619
0 nvmlDeviceGetMaxClockInfo:1 1980
0 nvmlDeviceGetTemperature:0 81
0 nvmlDeviceGetPowerUsage 699500
0 nvmlDeviceGetCurrPcieLinkGeneration 5
0 nvmlDeviceGetCurrPcieLinkWidth 16
)";

DeviceSource h100(char const* library = HPCADVISE_FAKE_NVML) {
  return {.architecture = "sm90", .pci_bus_id = "0000:1b:00.0", .nvml_library = library, .least_energy_s = 0};
}

std::string reason_of(Sensors const& sensors, std::string const& name) {
  auto const found = std::ranges::find(sensors.list(), name, &hpcadvise::profiles::Sensor::name);
  REQUIRE(found != sensors.list().end());
  CHECK(found->available == found->reason.empty());
  return found->reason;
}

// amdgpu's table of version 1.3: energy at byte 24, throttle reasons at byte 112.
std::string gpu_metrics(std::uint64_t energy, std::uint64_t throttle, char content_revision = 3) {
  std::string table(120, '\0');
  table[0] = 120;
  table[2] = 1;
  table[3] = content_revision;
  std::memcpy(table.data() + 24, &energy, sizeof energy);
  std::memcpy(table.data() + 112, &throttle, sizeof throttle);
  return table;
}

constexpr char const* gcd_folder = "sys/bus/pci/devices/0000:c1:00.0/";

DeviceSource gcd() { return {.architecture = "gfx90a", .pci_bus_id = "0000:c1:00.0", .least_energy_s = 0}; }

}  // namespace

TEST_CASE("Where a GPU is measured, plain names are its readings, and the host's say so", "[runner][sensors]") {
  FakeNode const node;
  node.nvml(busy_h100);
  node.nvml("0 nvmlDeviceGetCurrentClocksEventReasons 36\n");
  node.file("proc/cpuinfo", "cpu MHz\t\t: 2000.000");
  Sensors const sensors(node.folder.path(), h100());
  auto const state = sensors.state();
  CHECK_THAT(state.at("clock_hz"), WithinRel(1.41e9));
  CHECK_THAT(state.at("host_clock_hz"), WithinRel(2e9));
  CHECK_THAT(state.at("max_clock_hz"), WithinRel(1.98e9));
  CHECK_THAT(state.at("memory_clock_hz"), WithinRel(2.619e9));
  CHECK_THAT(state.at("temperature_celsius"), WithinRel(81.0));
  CHECK_THAT(state.at("power_w"), WithinRel(699.5));
  CHECK(state.at("link_generation") == 5);
  CHECK(state.at("link_lanes") == 16);
  // 36 is 4, the cap of power, and 32, a thermal slowdown.
  CHECK(state.at("throttled") == 1);
  CHECK(state.at("throttle_power_cap") == 1);
  CHECK(state.at("throttle_thermal") == 1);
  CHECK(state.size() == 11);
  CHECK(reason_of(sensors, "nvml:power").empty());
  CHECK(reason_of(sensors, "papi:nvml") != "");
}

TEST_CASE("Each bit of the makers' tables is the reading that their manuals say", "[runner][sensors]") {
  auto const reading_of = [](std::span<ThrottleBits const> table, int bit) {
    Readings readings;
    add_throttle_readings(std::uint64_t{1} << bit, table, readings);
    readings.erase("throttled");
    return readings.empty() ? "" : readings.begin()->first;
  };
  auto const nvidia = nvidia_throttle_bits();
  CHECK(reading_of(nvidia, 0) == "");
  CHECK(reading_of(nvidia, 1) == "throttle_clock_setting");
  CHECK(reading_of(nvidia, 2) == "throttle_power_cap");
  CHECK(reading_of(nvidia, 3) == "throttle_hardware");
  CHECK(reading_of(nvidia, 4) == "throttle_sync_boost");
  CHECK(reading_of(nvidia, 5) == "throttle_thermal");
  CHECK(reading_of(nvidia, 6) == "throttle_thermal");
  CHECK(reading_of(nvidia, 7) == "throttle_power_brake");
  CHECK(reading_of(nvidia, 8) == "throttle_clock_setting");
  CHECK(reading_of(nvidia, 9) == "throttle_other");
  auto const amd = amd_throttle_bits();
  CHECK(reading_of(amd, 0) == "throttle_power_cap");
  CHECK(reading_of(amd, 16) == "throttle_current");
  CHECK(reading_of(amd, 47) == "throttle_thermal");
  CHECK(reading_of(amd, 57) == "throttle_other");
}

TEST_CASE("A GPU that is idle or at its clock is not throttled", "[runner][sensors]") {
  FakeNode const node;
  node.nvml(busy_h100);
  node.nvml("0 nvmlDeviceGetCurrentClocksEventReasons 1\n");
  auto const state = Sensors(node.folder.path(), h100()).state();
  CHECK(state.at("throttled") == 0);
  CHECK(std::ranges::none_of(state, [](auto const& item) { return item.first.starts_with("throttle_"); }));
}

TEST_CASE("An older driver tells throttling by the older name, and bits that nobody knows count", "[runner][sensors]") {
  FakeNode const node;
  node.nvml(busy_h100);
  node.nvml("0 nvmlDeviceGetCurrentClocksThrottleReasons 4096\n");
  auto const state = Sensors(node.folder.path(), h100(HPCADVISE_OLD_FAKE_NVML)).state();
  CHECK(state.at("throttled") == 1);
  CHECK(state.at("throttle_other") == 1);
}

TEST_CASE("Energy of the GPU is counted over the timed readings, beside that of the host", "[runner][sensors]") {
  FakeNode const node;
  node.nvml(busy_h100);
  node.nvml("0 nvmlDeviceGetTotalEnergyConsumption 5000\n");
  auto source = h100();
  SECTION("in joules") {
    Sensors sensors(node.folder.path(), source);
    sensors.start_counters();
    std::filesystem::remove(node.folder / "nvml");
    node.nvml(busy_h100);
    node.nvml("0 nvmlDeviceGetTotalEnergyConsumption 7500\n");
    auto const counts = sensors.stop_counters();
    CHECK_THAT(counts.at("energy_j"), WithinRel(2.5));
    for (auto const& [name, count] : counts) CHECK((name == "energy_j" || name.starts_with("host_")));
  }
  SECTION("not where the counter stands still") {
    Sensors sensors(node.folder.path(), source);
    sensors.start_counters();
    CHECK_FALSE(sensors.stop_counters().contains("energy_j"));
  }
  SECTION("not over a time that its steps are too coarse for") {
    source.least_energy_s = 1e6;
    Sensors sensors(node.folder.path(), source);
    sensors.start_counters();
    std::filesystem::remove(node.folder / "nvml");
    node.nvml(busy_h100);
    node.nvml("0 nvmlDeviceGetTotalEnergyConsumption 7500\n");
    CHECK_FALSE(sensors.stop_counters().contains("energy_j"));
  }
}

TEST_CASE("Each sensor of a GPU that cannot be read says why, and costs itself alone", "[runner][sensors]") {
  FakeNode const node;
  node.nvml("0 nvmlDeviceGetPowerUsage error 4\n");
  node.nvml(busy_h100);
  Sensors const sensors(node.folder.path(), h100());
  CHECK(reason_of(sensors, "nvml:power") == "NVML says: Insufficient Permissions");
  CHECK(reason_of(sensors, "nvml:energy") == "NVML says: Not Supported");
  CHECK(reason_of(sensors, "nvml:throttle") == "NVML says: Not Supported");
  auto const state = sensors.state();
  CHECK_FALSE(state.contains("power_w"));
  CHECK_FALSE(state.contains("throttled"));
  CHECK(state.contains("clock_hz"));
}

TEST_CASE("A GPU that is lost during the run leaves no reading, and throws nothing", "[runner][sensors]") {
  FakeNode const node;
  node.nvml(busy_h100);
  Sensors sensors(node.folder.path(), h100());
  CHECK(sensors.state().contains("clock_hz"));
  sensors.start_counters();
  std::filesystem::remove(node.folder / "nvml");
  node.nvml("0 nvmlDeviceGetHandleByIndex_v2 error 15\n");
  node.nvml(busy_h100);
  CHECK_FALSE(sensors.state().contains("clock_hz"));
  CHECK_FALSE(sensors.stop_counters().contains("energy_j"));
  CHECK(reason_of(Sensors(node.folder.path(), h100()), "nvml:clock") == "NVML says: GPU is lost");
}

TEST_CASE("Without a driver, or a device that is known, every sensor of it says so", "[runner][sensors]") {
  FakeNode const node;
  CHECK_THAT(reason_of(Sensors(node.folder.path(), h100("libno-such-nvml.so.1")), "nvml:clock"),
             ContainsSubstring("libno-such-nvml.so.1"));
  CHECK(reason_of(Sensors(node.folder.path(), DeviceSource{.problem = "cudaGetDevice: no device"}), "device") ==
        "cudaGetDevice: no device");
  CHECK_THAT(reason_of(Sensors(node.folder.path(), DeviceSource{.architecture = "xe2"}), "device"),
             ContainsSubstring("'xe2'"));
}

TEST_CASE("A GCD's state is in amdgpu's files", "[runner][sensors]") {
  FakeNode const node;
  node.kfd(4, 440, 90010, 0xc100);
  std::string const hwmon = gcd_folder + std::string("hwmon/hwmon5/");
  node.file(hwmon + "freq1_label", "sclk");
  node.file(hwmon + "freq1_input", "1690000000");
  node.file(hwmon + "freq2_label", "mclk");
  node.file(hwmon + "freq2_input", "1600000000");
  node.file(hwmon + "temp1_label", "edge");
  node.file(hwmon + "temp1_input", "45000");
  node.file(hwmon + "temp2_label", "junction");
  node.file(hwmon + "temp2_input", "71000");
  node.file(hwmon + "temp3_label", "mem");
  node.file(hwmon + "temp3_input", "65000");
  node.file(hwmon + "power1_average", "410000000");
  node.file(gcd_folder + std::string("gpu_metrics"), gpu_metrics(65536, 1ull << 36));
  Sensors sensors(node.folder.path(), gcd());
  auto const state = sensors.state();
  CHECK_THAT(state.at("clock_hz"), WithinRel(1.69e9));
  CHECK_THAT(state.at("max_clock_hz"), WithinRel(1.7e9));
  CHECK_THAT(state.at("memory_clock_hz"), WithinRel(1.6e9));
  CHECK_THAT(state.at("temperature_celsius"), WithinRel(71.0));
  CHECK_THAT(state.at("memory_temperature_celsius"), WithinRel(65.0));
  CHECK_THAT(state.at("power_w"), WithinRel(410.0));
  CHECK(state.at("throttled") == 1);
  CHECK(state.at("throttle_thermal") == 1);

  sensors.start_counters();
  node.file(gcd_folder + std::string("gpu_metrics"), gpu_metrics(65536 * 4, 0));
  CHECK_THAT(sensors.stop_counters().at("energy_j"), WithinRel(3.0));
}

TEST_CASE("The second GCD of a module has no power, and other firmware's tables are not read", "[runner][sensors]") {
  FakeNode const node;
  node.file(gcd_folder + std::string("hwmon/hwmon5/power1_average"), "0");
  node.file(gcd_folder + std::string("gpu_metrics"), gpu_metrics(0, ~0ull));
  CHECK_FALSE(Sensors(node.folder.path(), gcd()).state().contains("power_w"));
  CHECK_FALSE(reason_of(Sensors(node.folder.path(), gcd()), "amdgpu:energy").empty());
  CHECK_FALSE(reason_of(Sensors(node.folder.path(), gcd()), "amdgpu:throttle").empty());

  node.file(gcd_folder + std::string("gpu_metrics"), gpu_metrics(65536, 0, 4));
  CHECK_THAT(reason_of(Sensors(node.folder.path(), gcd()), "amdgpu:energy"),
             ContainsSubstring("is not of version 1.3"));
  node.file(gcd_folder + std::string("gpu_metrics"), "x");
  CHECK_THAT(reason_of(Sensors(node.folder.path(), gcd()), "amdgpu:energy"), ContainsSubstring("nothing to read in"));
}

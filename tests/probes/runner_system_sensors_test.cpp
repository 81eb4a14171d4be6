// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/available_memory.hpp"
#include "probes/runner/request.hpp"
#include "probes/runner/sensors.hpp"
#include "probes/runner/system_sensors.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

using namespace hpcadvise::probes::runner;
using Catch::Matchers::WithinRel;
using hpcadvise::tests::TemporaryFolder;

namespace {

// In place of "/".
void write(TemporaryFolder const& root, std::string const& file, std::string const& text) {
  std::filesystem::create_directories((root / file).parent_path());
  std::ofstream(root / file) << text;
}

void write_package(TemporaryFolder const& root, std::string const& zone, std::string const& name,
                   std::string const& energy) {
  auto const folder = "sys/class/powercap/" + zone + "/";
  write(root, folder + "name", name + "\n");
  write(root, folder + "energy_uj", energy + "\n");
  write(root, folder + "max_energy_range_uj", "262143328850\n");
}

hpcadvise::profiles::Sensor sensor_named(Sensors const& sensors, std::string const& name) {
  auto const found = std::ranges::find(sensors.list(), name, &hpcadvise::profiles::Sensor::name);
  REQUIRE(found != sensors.list().end());
  return *found;
}

}  // namespace

TEST_CASE("The clock is the mean of the cores', in hertz", "[runner][sensors]") {
  TemporaryFolder const root;
  Sensors const none(root.path());
  CHECK(none.state().empty());
  CHECK_FALSE(sensor_named(none, "system:clock").available);
  CHECK_FALSE(sensor_named(none, "system:clock").reason.empty());

  write(root, "proc/cpuinfo", "processor : 0\ncpu MHz\t\t: 2000.000\nprocessor : 1\ncpu MHz\t\t: 3000.000\n");
  CHECK_THAT(Sensors(root.path()).state().at("clock_hz"), WithinRel(2.5e9));

  // cpufreq is nearer to the truth where it is there.
  write(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "1200000\n");
  write(root, "sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", "1400000\n");
  CHECK_THAT(Sensors(root.path()).state().at("clock_hz"), WithinRel(1.3e9));
}

TEST_CASE("The temperature is the processor's hottest", "[runner][sensors]") {
  TemporaryFolder const root;
  write(root, "sys/class/hwmon/hwmon0/name", "nvme\n");
  write(root, "sys/class/hwmon/hwmon0/temp1_input", "90000\n");
  write(root, "sys/class/hwmon/hwmon1/name", "coretemp\n");
  write(root, "sys/class/hwmon/hwmon1/temp1_input", "41000\n");
  write(root, "sys/class/hwmon/hwmon1/temp2_input", "47500\n");
  write(root, "sys/class/hwmon/hwmon1/temp2_max", "100000\n");
  CHECK_THAT(Sensors(root.path()).state().at("temperature_celsius"), WithinRel(47.5));
}

TEST_CASE("Energy is that of packages, not of their parts", "[runner][sensors]") {
  TemporaryFolder const root;
  write_package(root, "intel-rapl:0", "package-0", "5000000");
  write_package(root, "intel-rapl:0:0", "core", "4000000");
  write_package(root, "intel-rapl:1", "package-1", "7000000");
  write_package(root, "intel-rapl:2", "psys", "9000000");
  auto const before = package_energy(root.path());
  REQUIRE(before.size() == 2);
  CHECK_THAT(before[0].value_j, WithinRel(5.0));

  Sensors sensors(root.path());
  CHECK(sensor_named(sensors, "system:energy").available);
  CHECK(sensors.stop_counters().empty());  // nothing was started
  sensors.start_counters();
  write_package(root, "intel-rapl:0", "package-0", "5500000");
  write_package(root, "intel-rapl:1", "package-1", "7250000");
  CHECK_THAT(sensors.stop_counters().at("energy_j"), WithinRel(0.75));
}

TEST_CASE("An energy counter that started again from 0 is followed through", "[runner][sensors]") {
  CHECK_THAT(energy_between_j({{99, 100}}, {{2, 100}}).value(), WithinRel(3.0));
  CHECK_FALSE(energy_between_j({{1, 100}, {1, 100}}, {{2, 100}}));
  CHECK_FALSE(energy_between_j({}, {}));
}

TEST_CASE("Every sensor that is not available says why", "[runner][sensors]") {
  TemporaryFolder const root;
  Sensors const sensors(root.path());
  for (auto const& sensor : sensors.list()) {
    CAPTURE(sensor.name);
    CHECK(sensor.available == sensor.reason.empty());
  }
}

TEST_CASE("Available memory is what both machine and control group leave", "[runner][memory]") {
  TemporaryFolder const root;
  hpcadvise::probes::DiscoveryRoots const roots{root.path() / "proc", root.path() / "sys", root.path() / "etc", ""};
  CHECK_FALSE(available_memory_bytes(roots));
  write(root, "proc/meminfo", "MemTotal:       16000 kB\nMemFree: 10 kB\nMemAvailable:    4000 kB\n");
  CHECK(available_memory_bytes(roots) == 4000 * 1024);
  write(root, "proc/self/cgroup", "0::/job\n");
  write(root, "sys/fs/cgroup/job/memory.current", "1000000\n");
  write(root, "sys/fs/cgroup/job/memory.max", "max\n");
  CHECK(available_memory_bytes(roots) == 4000 * 1024);
  write(root, "sys/fs/cgroup/job/memory.max", "3000000\n");
  CHECK(available_memory_bytes(roots) == 2'000'000);
  // After a build most of a group's memory is cached files.
  write(root, "sys/fs/cgroup/job/memory.stat", "anon 100000\nfile 900000\ninactive_file 700000\n");
  CHECK(available_memory_bytes(roots) == 2'700'000);
}

TEST_CASE("More memory than there is is refused before anything is allocated", "[runner][memory]") {
  CHECK_THROWS_AS(require_memory(1e18), RequestError);
  CHECK_NOTHROW(require_memory(4096));
}

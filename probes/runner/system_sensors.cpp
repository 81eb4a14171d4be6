// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/system_sensors.hpp"

#include "probes/discovery/kernel_files.hpp"

#include <algorithm>
#include <fstream>

namespace hpcadvise::probes::runner {
namespace {

namespace fs = std::filesystem;

// The mean over the cores: one of them can be asleep.
std::optional<double> mean(std::vector<double> const& values) {
  if (values.empty()) return std::nullopt;
  double sum = 0;
  for (double value : values) sum += value;
  return sum / double(values.size());
}

std::optional<double> cpufreq_clock_hz(fs::path const& root) {
  std::vector<double> clocks_hz;
  for (auto const& cpu : entries(root / "sys/devices/system/cpu"))
    if (auto const kilohertz = number_in(cpu / "cpufreq/scaling_cur_freq")) clocks_hz.push_back(*kilohertz * 1e3);
  return mean(clocks_hz);
}

std::optional<double> cpuinfo_clock_hz(fs::path const& root) {
  std::ifstream stream(root / "proc/cpuinfo");
  std::vector<double> clocks_hz;
  for (std::string line; std::getline(stream, line);)
    if (line.starts_with("cpu MHz"))
      if (auto const colon = line.find(':'); colon != line.npos)
        clocks_hz.push_back(std::strtod(line.c_str() + colon + 1, nullptr) * 1e6);
  return mean(clocks_hz);
}

// cpufreq knows the clock of now; /proc/cpuinfo is what a virtual machine has.
std::optional<double> clock_hz(fs::path const& root) {
  auto const clock = cpufreq_clock_hz(root);
  return clock ? clock : cpuinfo_clock_hz(root);
}

bool is_processor(fs::path const& hwmon) {
  std::ifstream stream(hwmon / "name");
  std::string name;
  stream >> name;
  return name == "coretemp" || name == "k10temp" || name == "zenpower" || name == "cpu_thermal";
}

std::optional<double> hottest_celsius(fs::path const& root) {
  std::optional<double> hottest;
  for (auto const& hwmon : entries(root / "sys/class/hwmon")) {
    if (!is_processor(hwmon)) continue;
    for (auto const& file : entries(hwmon)) {
      auto const name = file.filename().string();
      if (!name.starts_with("temp") || !name.ends_with("_input")) continue;
      if (auto const millidegrees = number_in(file)) hottest = std::max(hottest.value_or(-273), *millidegrees / 1000);
    }
  }
  return hottest;
}

// "intel-rapl:0" is a package (of AMD's processors too); "intel-rapl:0:1" a part of one, "psys" a whole board.
bool is_package(fs::path const& zone) {
  auto const directory = zone.filename().string();
  if (!directory.starts_with("intel-rapl:") || std::ranges::count(directory, ':') != 1) return false;
  std::ifstream stream(zone / "name");
  std::string name;
  stream >> name;
  return name.starts_with("package");
}

}  // namespace

std::span<SystemSensor const> state_sensors() {
  static constexpr SystemSensor rows[] = {
      {"system:clock", "clock_hz", "/sys/devices/system/cpu/*/cpufreq, /proc/cpuinfo", clock_hz},
      {"system:temperature", "temperature_celsius", "/sys/class/hwmon", hottest_celsius},
  };
  return rows;
}

std::vector<EnergyCounter> package_energy(fs::path const& root) {
  std::vector<EnergyCounter> counters;
  for (auto const& zone : entries(root / "sys/class/powercap")) {
    if (!is_package(zone)) continue;
    auto const microjoules = number_in(zone / "energy_uj");
    auto const range = number_in(zone / "max_energy_range_uj");
    if (microjoules && range) counters.push_back({*microjoules * 1e-6, *range * 1e-6});
  }
  return counters;
}

std::optional<double> energy_between_j(std::vector<EnergyCounter> const& before,
                                       std::vector<EnergyCounter> const& after) {
  if (before.empty() || before.size() != after.size()) return std::nullopt;
  double spent_j = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    double const difference_j = after[i].value_j - before[i].value_j;
    spent_j += difference_j < 0 ? difference_j + before[i].range_j : difference_j;
  }
  return spent_j;
}

}  // namespace hpcadvise::probes::runner

// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/amd_devices.hpp"
#include "probes/discovery/kernel_files.hpp"
#include "probes/runner/device_sensors.hpp"
#include "probes/runner/gpu_metrics.hpp"
#include "probes/runner/throttle.hpp"

#include <string_view>

namespace hpcadvise::probes::runner {
namespace {

namespace fs = std::filesystem;

// amdgpu's files of the hwmon interface: by a label (Documentation/gpu/amdgpu/thermal.rst), or by name.
struct Row {
  char const* name;
  char const* reading;
  std::string_view kind;   // "freq": freq1_input, freq2_input, ...
  std::string_view label;  // what freq1_label says
  double unit;
};

constexpr Row rows[] = {
    {"amdgpu:clock", "clock_hz", "freq", "sclk", 1},
    {"amdgpu:memory_clock", "memory_clock_hz", "freq", "mclk", 1},
    {"amdgpu:temperature", "temperature_celsius", "temp", "junction", 1e-3},
    {"amdgpu:memory_temperature", "memory_temperature_celsius", "temp", "mem", 1e-3},
};

std::optional<double> labelled(fs::path const& sensors, Row const& row) {
  for (auto const& file : entries(sensors)) {
    auto const name = file.filename().string();
    if (!name.starts_with(row.kind) || !name.ends_with("_label")) continue;
    if (read_small_file(file) != row.label) continue;
    return number_in(sensors / (name.substr(0, name.size() - 5) + "input"));
  }
  return std::nullopt;
}

// Older kernels know the mean alone, newer ones of some devices the value of now alone. The second GCD of a module
// shows 0.
std::optional<double> power_w(fs::path const& sensors) {
  auto microwatts = number_in(sensors / "power1_average");
  if (!microwatts) microwatts = number_in(sensors / "power1_input");
  if (!microwatts || *microwatts <= 0) return std::nullopt;
  return *microwatts * 1e-6;
}

std::string keep(Readings& readings, char const* reading, std::optional<double> value, std::string_view place) {
  if (value) readings[reading] = *value;
  return value ? "" : "nothing to read in " + std::string(place);
}

}  // namespace

DeviceSensors amd_sensors(DeviceSource const& source, fs::path const& root) {
  auto const folder = root / "sys/bus/pci/devices" / source.pci_bus_id;
  auto const sensors = amd_sensor_folder(folder).value_or(folder / "hwmon");
  DeviceSensors result;
  for (auto const& row : rows)
    result.state.push_back({row.name, [sensors, row](Readings& readings) {
                              auto const value = labelled(sensors, row);
                              return keep(readings, row.reading, value ? std::optional(*value * row.unit) : value,
                                          sensors.native());
                            }});
  result.state.push_back({"amdgpu:power", [sensors](Readings& readings) {
                            return keep(readings, "power_w", power_w(sensors), sensors.native());
                          }});
  std::optional<double> max_clock_hz;
  for (auto const& device : amd_devices({root / "proc", root / "sys", root / "etc", "", "", 0}))
    if (device.pci_bus_id == source.pci_bus_id) max_clock_hz = device.max_clock_hz;
  result.state.push_back({"amdgpu:max_clock", [max_clock_hz](Readings& readings) {
                            return keep(readings, "max_clock_hz", max_clock_hz, "/sys/class/kfd");
                          }});
  result.state.push_back({"amdgpu:throttle", [folder](Readings& readings) {
                            auto const metrics = read_gpu_metrics(folder / "gpu_metrics");
                            if (metrics.throttle_bits)
                              add_throttle_readings(*metrics.throttle_bits, amd_throttle_bits(), readings);
                            return metrics.throttle_bits ? "" : metrics.reason;
                          }});
  result.energy.push_back({"amdgpu:energy", [folder, sensors](Readings& readings) {
                             if (auto const microjoules = number_in(sensors / "energy1_input")) {
                               readings["energy_j"] = *microjoules * 1e-6;
                               return std::string();
                             }
                             auto const metrics = read_gpu_metrics(folder / "gpu_metrics");
                             if (metrics.energy_j) readings["energy_j"] = *metrics.energy_j;
                             return metrics.energy_j ? "" : metrics.reason;
                           }});
  return result;
}

}  // namespace hpcadvise::probes::runner

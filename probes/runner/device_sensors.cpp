// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/device_sensors.hpp"

#include "kernels/vendor/device_info.hpp"

#include <algorithm>
#include <cctype>
#include <exception>

namespace hpcadvise::probes::runner {

std::optional<DeviceSource> measured_device() try {
  auto const info = kernels::device_info();
  if (!info) return std::nullopt;
  DeviceSource device{.architecture = info->architecture, .pci_bus_id = info->pci_bus_id};
  std::ranges::transform(device.pci_bus_id, device.pci_bus_id.begin(),
                         [](unsigned char c) { return char(std::tolower(c)); });
  return device;
} catch (std::exception const& error) {
  return DeviceSource{.problem = error.what()};
}

DeviceSensors device_sensors(DeviceSource const& device, std::filesystem::path const& root) {
  if (device.problem.empty() && device.architecture.starts_with("sm")) return nvidia_sensors(device, root);
  if (device.problem.empty() && device.architecture.starts_with("gfx")) return amd_sensors(device, root);
  std::string const problem =
      device.problem.empty() ? "none are known of architecture '" + device.architecture + "'" : device.problem;
  return {{{"device", [problem](Readings&) { return problem; }}}, {}};
}

}  // namespace hpcadvise::probes::runner

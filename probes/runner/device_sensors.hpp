// SPDX-License-Identifier: Apache-2.0
#pragma once

// The state of the GPU that a runner measures, asked of its driver. A reading that fails, once or from now on, is
// absent.

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hpcadvise::probes::runner {

// The GPU as its runtime names it.
struct DeviceSource {
  std::string architecture{};  // "sm90", "gfx90a"
  std::string pci_bus_id{};    // "0000:1b:00.0", lower case
  std::string problem{};       // why the runtime does not name it
  std::string nvml_library = "libnvidia-ml.so.1";
  // Drivers renew their energy counters in steps that no manual states; 10 ms were seen (gpuopenanalytics/pynvml, pull
  // request 18). Over less than this no energy is counted, and none where the counter stood still.
  double least_energy_s = 1;
};

// Of the device that Kokkos was initialized on; nothing in a runner for the host.
std::optional<DeviceSource> measured_device();

// By the names that samples have: "clock_hz", "memory_clock_hz", "max_clock_hz", "temperature_celsius", "power_w",
// "link_generation", "link_lanes", "throttled" and a "throttle_..." for each reason that holds (throttle.hpp); of PAPI
// with "papi_" before them (papi_devices.hpp).
using Readings = std::map<std::string, double>;

struct DeviceSensor {
  std::string name;  // "nvml:power"
  // Adds what it reads. Returns why it cannot; empty when it did.
  std::function<std::string(Readings&)> read;
};

struct DeviceSensors {
  std::vector<DeviceSensor> state;
  std::vector<DeviceSensor> energy;  // "energy_j": so far
};

// `root` stands for "/".
DeviceSensors device_sensors(DeviceSource const& device, std::filesystem::path const& root);

// What the above choose from, by the architecture's maker.
DeviceSensors nvidia_sensors(DeviceSource const& device, std::filesystem::path const& root);
DeviceSensors amd_sensors(DeviceSource const& device, std::filesystem::path const& root);

}  // namespace hpcadvise::probes::runner

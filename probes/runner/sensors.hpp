// SPDX-License-Identifier: Apache-2.0
#pragma once

// All that can be known of the machine beside the time. A sensor that is not there is listed with the reason. Where a
// GPU is measured its readings have the plain names, and those of the host begin with "host_".

#include "probes/runner/device_sensors.hpp"
#include "probes/runner/papi_counters.hpp"
#include "probes/runner/system_sensors.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hpcadvise::probes::runner {

class Sensors {
 public:
  // Tries every sensor, those of `device` too if a GPU is measured. `root` stands for "/".
  explicit Sensors(std::filesystem::path root = "/", std::optional<DeviceSource> device = std::nullopt);

  std::vector<profiles::Sensor> const& list() const noexcept { return list_; }

  // The state of now: "clock_hz", "temperature_celsius", of a GPU more (device_sensors.hpp).
  std::map<std::string, double> state() const;

  // Counts between the two calls; nothing if start was never called.
  void start_counters();
  std::map<std::string, double> stop_counters();

 private:
  using Clock = std::chrono::steady_clock;

  void list_host();
  void list_device();
  Readings device_energy() const;

  std::filesystem::path root_;
  std::optional<DeviceSource> device_;
  DeviceSensors device_sensors_;
  PapiCounters papi_;
  bool counts_energy_ = false;  // PAPI does not, the files do
  bool counting_ = false;
  std::vector<EnergyCounter> energy_at_start_;
  Readings device_energy_at_start_;
  Clock::time_point started_;
  std::vector<profiles::Sensor> list_;
};

}  // namespace hpcadvise::probes::runner

// SPDX-License-Identifier: Apache-2.0
#pragma once

// All that can be known of the machine beside the time. A sensor that is not there is listed with the reason.

#include "probes/runner/papi_counters.hpp"
#include "probes/runner/system_sensors.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace hpcadvise::probes::runner {

class Sensors {
 public:
  // Tries every sensor. `root` stands for "/".
  explicit Sensors(std::filesystem::path root = "/");

  std::vector<profiles::Sensor> const& list() const noexcept { return list_; }

  // The state of now: "clock_hz", "temperature_celsius".
  std::map<std::string, double> state() const;

  // Counts between the two calls; nothing if start was never called.
  void start_counters();
  std::map<std::string, double> stop_counters();

 private:
  std::filesystem::path root_;
  PapiCounters papi_;
  bool counts_energy_ = false;  // PAPI does not, the files do
  bool counting_ = false;
  std::vector<EnergyCounter> energy_at_start_;
  std::vector<profiles::Sensor> list_;
};

}  // namespace hpcadvise::probes::runner

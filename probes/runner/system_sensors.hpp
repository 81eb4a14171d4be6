// SPDX-License-Identifier: Apache-2.0
#pragma once

// What Linux tells about the machine's state in files: clock, temperature, energy.

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::probes::runner {

struct SystemSensor {
  std::string_view name;     // "sysfs:clock"
  std::string_view reading;  // "clock_hz": its key in a sample
  std::string_view place;    // for people: where it looks
  // Nothing if it cannot be read. `root` stands for "/".
  std::optional<double> (*read)(std::filesystem::path const& root);
};

// The table of state, read before and after a sample: a row a sensor.
std::span<SystemSensor const> state_sensors();

// Energy of all packages so far, a counter for each in joules, with the value at which it starts again from 0.
struct EnergyCounter {
  double value_j;
  double range_j;
};
std::vector<EnergyCounter> package_energy(std::filesystem::path const& root);

// What was spent between two readings; a counter that went back has started again once. Nothing if a package is
// missing from either, or there is none.
std::optional<double> energy_between_j(std::vector<EnergyCounter> const& before,
                                       std::vector<EnergyCounter> const& after);

}  // namespace hpcadvise::probes::runner

// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/sensors.hpp"

#include <algorithm>
#include <utility>

namespace hpcadvise::probes::runner {
namespace {

bool has_energy(std::vector<profiles::Sensor> const& sensors) {
  return std::ranges::any_of(sensors, [](auto const& sensor) {
    return sensor.available && (sensor.name == "papi:rapl" || sensor.name == "papi:powercap");
  });
}

}  // namespace

Sensors::Sensors(std::filesystem::path root) : root_(std::move(root)), list_(papi_.sensors()) {
  bool const readable = !package_energy(root_).empty();
  counts_energy_ = readable && !has_energy(list_);
  list_.push_back({.name = "system:energy",
                   .available = counts_energy_,
                   .reason = counts_energy_ ? ""
                             : readable     ? "another sensor counts the same"
                                            : "no package counter can be read in /sys/class/powercap"});
  for (auto const& sensor : state_sensors()) {
    bool const available = sensor.read(root_).has_value();
    list_.push_back({.name = std::string(sensor.name),
                     .available = available,
                     .reason = available ? "" : "nothing to read in " + std::string(sensor.place)});
  }
}

std::map<std::string, double> Sensors::state() const {
  std::map<std::string, double> readings;
  for (auto const& sensor : state_sensors())
    if (auto const value = sensor.read(root_)) readings.emplace(sensor.reading, *value);
  return readings;
}

void Sensors::start_counters() {
  if (counts_energy_) energy_at_start_ = package_energy(root_);
  papi_.start();
  counting_ = true;
}

std::map<std::string, double> Sensors::stop_counters() {
  if (!std::exchange(counting_, false)) return {};
  auto counts = papi_.stop();
  if (counts_energy_)
    if (auto const spent_j = energy_between_j(energy_at_start_, package_energy(root_))) counts["energy_j"] = *spent_j;
  return counts;
}

}  // namespace hpcadvise::probes::runner

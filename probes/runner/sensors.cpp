// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/sensors.hpp"

#include "probes/runner/papi_devices.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hpcadvise::probes::runner {
namespace {

bool has_energy(std::vector<profiles::Sensor> const& sensors) {
  return std::ranges::any_of(sensors, [](auto const& sensor) {
    return sensor.available && (sensor.name == "papi:rapl" || sensor.name == "papi:powercap");
  });
}

// Beside a GPU's readings.
std::map<std::string, double> of_host(std::map<std::string, double> const& readings) {
  std::map<std::string, double> result;
  for (auto const& [name, value] : readings) result.emplace("host_" + name, value);
  return result;
}

}  // namespace

Sensors::Sensors(std::filesystem::path root, std::optional<DeviceSource> device)
    : root_(std::move(root)), device_(std::move(device)), list_(papi_.sensors()) {
  list_host();
  if (device_) list_device();
}

void Sensors::list_host() {
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

void Sensors::list_device() {
  device_sensors_ = device_sensors(*device_, root_);
  auto papi = papi_device_sensors(*device_);
  std::ranges::move(papi.state, std::back_inserter(device_sensors_.state));
  std::ranges::move(papi.energy, std::back_inserter(device_sensors_.energy));
  // One that fails can keep others of its component from being read from now on (papi_component.cpp).
  state();
  device_energy();
  auto const list = [this](DeviceSensor const& sensor) {
    Readings ignored;
    auto const reason = sensor.read(ignored);
    list_.push_back({.name = sensor.name, .available = reason.empty(), .reason = reason});
  };
  for (auto const& sensor : device_sensors_.state) list(sensor);
  for (auto const& sensor : device_sensors_.energy) list(sensor);
}

std::map<std::string, double> Sensors::state() const {
  std::map<std::string, double> readings;
  for (auto const& sensor : state_sensors())
    if (auto const value = sensor.read(root_)) readings.emplace(sensor.reading, *value);
  if (!device_) return readings;
  readings = of_host(readings);
  for (auto const& sensor : device_sensors_.state) sensor.read(readings);
  return readings;
}

Readings Sensors::device_energy() const {
  Readings readings;
  for (auto const& sensor : device_sensors_.energy) sensor.read(readings);
  return readings;
}

void Sensors::start_counters() {
  if (counts_energy_) energy_at_start_ = package_energy(root_);
  papi_.start();
  started_ = Clock::now();
  device_energy_at_start_ = device_energy();
  counting_ = true;
}

std::map<std::string, double> Sensors::stop_counters() {
  if (!std::exchange(counting_, false)) return {};
  auto const device_energy_at_end = device_energy();
  std::chrono::duration<double> const passed = Clock::now() - started_;
  auto counts = papi_.stop();
  if (counts_energy_)
    if (auto const spent_j = energy_between_j(energy_at_start_, package_energy(root_))) counts["energy_j"] = *spent_j;
  if (!device_) return counts;
  counts = of_host(counts);
  if (passed.count() < device_->least_energy_s) return counts;
  for (auto const& [name, at_end_j] : device_energy_at_end) {
    auto const at_start = device_energy_at_start_.find(name);
    if (at_start != device_energy_at_start_.end() && at_end_j > at_start->second)
      counts[name] = at_end_j - at_start->second;
  }
  return counts;
}

}  // namespace hpcadvise::probes::runner

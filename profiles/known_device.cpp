// SPDX-License-Identifier: Apache-2.0
#include "profiles/known_device.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace hpcadvise::profiles {
namespace {

// What a driver keeps for itself of the memory that a data sheet states, and GB against GiB.
constexpr double memory_tolerance = 0.08;
constexpr double multiprocessor_tolerance = 0.02;

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char letter) { return char(std::tolower(letter)); });
  return result;
}

// What a description does not state excludes nothing.
bool agrees(Fact<double> const& stated, double seen, double tolerance) {
  return !stated.value || std::abs(seen / *stated.value - 1) <= tolerance;
}

// "h100" of "h100-sxm-80gb".
std::string_view product(DeviceDescription const& device) {
  return std::string_view(device.name).substr(0, device.name.find('-'));
}

bool could_be(DeviceDescription const& device, std::string const& name, GpuSpec const& gpu) {
  if (device.architecture != description_architecture(gpu.architecture)) return false;
  // Cards of the same chip, with other links and less power.
  bool const is_card = name.find("pcie") != name.npos || name.find(" nvl") != name.npos;
  if (is_card && device.name.find("sxm") != device.name.npos) return false;
  return agrees(device.memory_bytes, double(gpu.memory_bytes), memory_tolerance) &&
         agrees(device.multiprocessor_count, gpu.multiprocessor_count, multiprocessor_tolerance);
}

}  // namespace

std::string description_architecture(std::string_view architecture) {
  if (!architecture.starts_with("sm") || architecture.starts_with("sm_")) return std::string(architecture);
  return "sm_" + std::string(architecture.substr(2));
}

std::optional<DeviceDescription> known_device(std::string_view runtime_name, GpuSpec const& gpu) {
  std::string const name = lower_case(runtime_name);
  std::optional<DeviceDescription> best;
  bool several = false;
  for (auto const& candidate : device_names()) {
    auto device = device_description(candidate);
    if (!could_be(device, name, gpu) || name.find(product(device)) == name.npos) continue;
    // "gh200" holds "h200": the longer product is the one that is meant.
    auto const length = product(device).size();
    auto const best_length = best ? product(*best).size() : 0;
    if (length < best_length) continue;
    several = length == best_length;
    best = std::move(device);
  }
  return several ? std::nullopt : best;
}

}  // namespace hpcadvise::profiles

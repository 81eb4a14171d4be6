// SPDX-License-Identifier: Apache-2.0
#include "kernels/vendor/device_info.hpp"
#include "kernels/vendor/hip_check.hpp"

#include <hip/hip_runtime_api.h>

#include <algorithm>
#include <cctype>
#include <string>

namespace hpcadvise::kernels {
namespace {

// 60443484 is 6.4.43484.
std::string version(int number) {
  return std::to_string(number / 10000000) + "." + std::to_string(number / 100000 % 100) + "." +
         std::to_string(number % 100000);
}

// "gfx90a:sramecc+:xnack-" without what follows the name.
std::string architecture(std::string const& full) { return full.substr(0, full.find(':')); }

std::string bus_id(int device) {
  char text[32] = "";
  check_hip(hipDeviceGetPCIBusId(text, sizeof text, device), "hipDeviceGetPCIBusId");
  std::string id = text;
  std::ranges::transform(id, id.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return id;
}

// 0 where this runtime does not know it.
double attribute(hipDeviceAttribute_t what, int device) {
  int value = 0;
  return hipDeviceGetAttribute(&value, what, device) == hipSuccess ? value : 0;
}

// Clocks are in kilohertz, the width in bits; data moves on both edges.
double memory_bytes_per_s(int device) {
  return attribute(hipDeviceAttributeMemoryClockRate, device) * 1e3 * 2 *
         attribute(hipDeviceAttributeMemoryBusWidth, device) / 8;
}

}  // namespace

std::optional<DeviceInfo> device_info() {
  int device = 0;
  check_hip(hipGetDevice(&device), "hipGetDevice");
  hipDeviceProp_t properties{};
  check_hip(hipGetDeviceProperties(&properties, device), "hipGetDeviceProperties");
  int runtime = 0;
  check_hip(hipRuntimeGetVersion(&runtime), "hipRuntimeGetVersion");
  return DeviceInfo{.name = properties.name,
                    .architecture = architecture(properties.gcnArchName),
                    .pci_bus_id = bus_id(device),
                    .runtime = "HIP " + version(runtime),
                    .memory_bytes = std::int64_t(properties.totalGlobalMem),
                    .last_cache_bytes = properties.l2CacheSize,
                    .multiprocessor_count = properties.multiProcessorCount,
                    .max_clock_hz = attribute(hipDeviceAttributeClockRate, device) * 1e3,
                    .memory_bytes_per_s = memory_bytes_per_s(device)};
}

std::vector<std::string> visible_devices() {
  int count = 0;
  check_hip(hipGetDeviceCount(&count), "hipGetDeviceCount");
  std::vector<std::string> result;
  for (int device = 0; device < count; ++device) result.push_back(bus_id(device));
  return result;
}

std::optional<std::int64_t> free_device_memory_bytes() {
  std::size_t free = 0;
  std::size_t total = 0;
  check_hip(hipMemGetInfo(&free, &total), "hipMemGetInfo");
  return std::int64_t(free);
}

}  // namespace hpcadvise::kernels

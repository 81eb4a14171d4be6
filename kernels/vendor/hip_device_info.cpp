// SPDX-License-Identifier: Apache-2.0
#include "kernels/vendor/device_info.hpp"

#include <hip/hip_runtime_api.h>

#include <stdexcept>

namespace hpcadvise::kernels {
namespace {

void check(hipError_t code, char const* call) {
  if (code != hipSuccess) throw std::runtime_error(std::string(call) + ": " + hipGetErrorString(code));
}

// 60443484 is 6.4.43484.
std::string version(int number) {
  return std::to_string(number / 10000000) + "." + std::to_string(number / 100000 % 100) + "." +
         std::to_string(number % 100000);
}

// "gfx90a:sramecc+:xnack-" without what follows the name.
std::string architecture(std::string const& full) { return full.substr(0, full.find(':')); }

}  // namespace

std::optional<DeviceInfo> device_info() {
  int device = 0;
  check(hipGetDevice(&device), "hipGetDevice");
  hipDeviceProp_t properties{};
  check(hipGetDeviceProperties(&properties, device), "hipGetDeviceProperties");
  char bus_id[32] = "";
  check(hipDeviceGetPCIBusId(bus_id, sizeof bus_id, device), "hipDeviceGetPCIBusId");
  int runtime = 0;
  check(hipRuntimeGetVersion(&runtime), "hipRuntimeGetVersion");
  return DeviceInfo{.name = properties.name,
                    .architecture = architecture(properties.gcnArchName),
                    .pci_bus_id = bus_id,
                    .runtime = "HIP " + version(runtime),
                    .memory_bytes = std::int64_t(properties.totalGlobalMem),
                    .last_cache_bytes = properties.l2CacheSize,
                    .multiprocessor_count = properties.multiProcessorCount};
}

std::optional<std::int64_t> free_device_memory_bytes() {
  std::size_t free = 0;
  std::size_t total = 0;
  check(hipMemGetInfo(&free, &total), "hipMemGetInfo");
  return std::int64_t(free);
}

}  // namespace hpcadvise::kernels

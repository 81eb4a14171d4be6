// SPDX-License-Identifier: Apache-2.0
#include "kernels/vendor/device_info.hpp"

#include <cuda_runtime_api.h>

#include <stdexcept>

namespace hpcadvise::kernels {
namespace {

void check(cudaError_t code, char const* call) {
  if (code != cudaSuccess) throw std::runtime_error(std::string(call) + ": " + cudaGetErrorString(code));
}

// 12040 is 12.4.
std::string version(int number) { return std::to_string(number / 1000) + "." + std::to_string(number % 1000 / 10); }

}  // namespace

std::optional<DeviceInfo> device_info() {
  int device = 0;
  check(cudaGetDevice(&device), "cudaGetDevice");
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties");
  char bus_id[32] = "";
  check(cudaDeviceGetPCIBusId(bus_id, sizeof bus_id, device), "cudaDeviceGetPCIBusId");
  int runtime = 0;
  int driver = 0;
  check(cudaRuntimeGetVersion(&runtime), "cudaRuntimeGetVersion");
  check(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
  return DeviceInfo{.name = properties.name,
                    .architecture = "sm" + std::to_string(properties.major) + std::to_string(properties.minor),
                    .pci_bus_id = bus_id,
                    .runtime = "CUDA " + version(runtime) + " on a driver for " + version(driver),
                    .memory_bytes = std::int64_t(properties.totalGlobalMem),
                    .last_cache_bytes = properties.l2CacheSize,
                    .multiprocessor_count = properties.multiProcessorCount};
}

std::optional<std::int64_t> free_device_memory_bytes() {
  std::size_t free = 0;
  std::size_t total = 0;
  check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
  return std::int64_t(free);
}

}  // namespace hpcadvise::kernels

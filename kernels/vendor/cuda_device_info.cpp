// SPDX-License-Identifier: Apache-2.0
#include "kernels/vendor/cuda_check.hpp"
#include "kernels/vendor/device_info.hpp"

#include <cuda_runtime_api.h>

#include <algorithm>
#include <cctype>
#include <string>

namespace hpcadvise::kernels {
namespace {

// 12040 is 12.4.
std::string version(int number) { return std::to_string(number / 1000) + "." + std::to_string(number % 1000 / 10); }

std::string bus_id(int device) {
  char text[32] = "";
  check_cuda(cudaDeviceGetPCIBusId(text, sizeof text, device), "cudaDeviceGetPCIBusId");
  std::string id = text;
  std::ranges::transform(id, id.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return id;
}

// 0 where this runtime does not know it.
double attribute(cudaDeviceAttr what, int device) {
  int value = 0;
  return cudaDeviceGetAttribute(&value, what, device) == cudaSuccess ? value : 0;
}

// Clocks are in kilohertz, the width in bits; data moves on both edges.
double memory_bytes_per_s(int device) {
  return attribute(cudaDevAttrMemoryClockRate, device) * 1e3 * 2 * attribute(cudaDevAttrGlobalMemoryBusWidth, device) /
         8;
}

}  // namespace

std::optional<DeviceInfo> device_info() {
  int device = 0;
  check_cuda(cudaGetDevice(&device), "cudaGetDevice");
  cudaDeviceProp properties{};
  check_cuda(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties");
  int runtime = 0;
  int driver = 0;
  check_cuda(cudaRuntimeGetVersion(&runtime), "cudaRuntimeGetVersion");
  check_cuda(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
  return DeviceInfo{.name = properties.name,
                    .architecture = "sm" + std::to_string(properties.major) + std::to_string(properties.minor),
                    .pci_bus_id = bus_id(device),
                    .runtime = "CUDA " + version(runtime) + " on a driver for " + version(driver),
                    .memory_bytes = std::int64_t(properties.totalGlobalMem),
                    .last_cache_bytes = properties.l2CacheSize,
                    .multiprocessor_count = properties.multiProcessorCount,
                    .max_clock_hz = attribute(cudaDevAttrClockRate, device) * 1e3,
                    .memory_bytes_per_s = memory_bytes_per_s(device)};
}

std::vector<std::string> visible_devices() {
  int count = 0;
  check_cuda(cudaGetDeviceCount(&count), "cudaGetDeviceCount");
  std::vector<std::string> result;
  for (int device = 0; device < count; ++device) result.push_back(bus_id(device));
  return result;
}

std::optional<std::int64_t> free_device_memory_bytes() {
  std::size_t free = 0;
  std::size_t total = 0;
  check_cuda(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
  return std::int64_t(free);
}

}  // namespace hpcadvise::kernels

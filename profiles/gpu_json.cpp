// SPDX-License-Identifier: Apache-2.0
#include "profiles/gpu_json.hpp"

#include "profiles/peak_json.hpp"

#include <nlohmann/json.hpp>

namespace hpcadvise::profiles {

nlohmann::ordered_json gpu_to_json(GpuSpec const& gpu) {
  nlohmann::ordered_json object{{"architecture", gpu.architecture},
                                {"pci_bus_id", gpu.pci_bus_id},
                                {"runtime", gpu.runtime},
                                {"memory_bytes", gpu.memory_bytes},
                                {"multiprocessor_count", gpu.multiprocessor_count}};
  if (gpu.ordinal) object["ordinal"] = *gpu.ordinal;
  if (gpu.last_cache_bytes > 0) object["last_cache_bytes"] = gpu.last_cache_bytes;
  if (gpu.max_clock_hz) object["max_clock_hz"] = *gpu.max_clock_hz;
  if (gpu.memory_peak_bytes_per_s) object["memory_peak_bytes_per_s"] = *gpu.memory_peak_bytes_per_s;
  object["peak"] = peaks_to_json(gpu.peak);
  if (!gpu.cpus.empty()) object["cpus"] = gpu.cpus;
  if (gpu.numa_node) object["numa_node"] = *gpu.numa_node;
  if (!gpu.nics.empty()) object["nics"] = gpu.nics;
  if (!gpu.driver_version.empty()) object["driver_version"] = gpu.driver_version;
  if (gpu.ecc_enabled) object["ecc_enabled"] = *gpu.ecc_enabled;
  if (gpu.power_limit_w) object["power_limit_w"] = *gpu.power_limit_w;
  return object;
}

GpuSpec gpu_from_json(JsonNode const& object) {
  GpuSpec gpu;
  gpu.architecture = object.at("architecture").text();
  gpu.pci_bus_id = object.at("pci_bus_id").text();
  gpu.runtime = object.at("runtime").text();
  gpu.memory_bytes = object.at("memory_bytes").integer(1);
  gpu.multiprocessor_count = object.at("multiprocessor_count").small_integer(1);
  if (auto const ordinal = object.find("ordinal")) gpu.ordinal = ordinal->small_integer(0);
  if (auto const bytes = object.find("last_cache_bytes")) gpu.last_cache_bytes = bytes->integer(0);
  if (auto const clock = object.find("max_clock_hz")) gpu.max_clock_hz = clock->number_from(0);
  if (auto const peak = object.find("memory_peak_bytes_per_s")) gpu.memory_peak_bytes_per_s = peak->number_from(0);
  gpu.peak = peaks_from_json(object.at("peak"));
  if (auto const cpus = object.find("cpus")) gpu.cpus = cpus->text();
  if (auto const node = object.find("numa_node")) gpu.numa_node = node->small_integer(0);
  if (auto const nics = object.find("nics")) gpu.nics = nics->texts();
  if (auto const driver = object.find("driver_version")) gpu.driver_version = driver->text();
  if (auto const ecc = object.find("ecc_enabled")) gpu.ecc_enabled = ecc->boolean();
  if (auto const limit = object.find("power_limit_w")) gpu.power_limit_w = limit->number_from(0);
  return gpu;
}

}  // namespace hpcadvise::profiles

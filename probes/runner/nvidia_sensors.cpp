// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/nvml.hpp"
#include "probes/runner/device_sensors.hpp"
#include "probes/runner/throttle.hpp"

#include <memory>

namespace hpcadvise::probes::runner {
namespace {

constexpr int no_kind = -1;

// Numbers of NVML, by functions that take a kind or none.
struct Row {
  char const* name;
  char const* reading;
  char const* function;
  int kind;
  double unit;
};

constexpr Row rows[] = {
    {"nvml:clock", "clock_hz", "nvmlDeviceGetClockInfo", nvml_clock_sm, 1e6},
    {"nvml:max_clock", "max_clock_hz", "nvmlDeviceGetMaxClockInfo", nvml_clock_sm, 1e6},
    {"nvml:memory_clock", "memory_clock_hz", "nvmlDeviceGetClockInfo", nvml_clock_mem, 1e6},
    {"nvml:temperature", "temperature_celsius", "nvmlDeviceGetTemperature", nvml_temperature_gpu, 1},
    {"nvml:power", "power_w", "nvmlDeviceGetPowerUsage", no_kind, 1e-3},
    {"nvml:link_generation", "link_generation", "nvmlDeviceGetCurrPcieLinkGeneration", no_kind, 1},
    {"nvml:link_lanes", "link_lanes", "nvmlDeviceGetCurrPcieLinkWidth", no_kind, 1},
};

// An older driver knows the older name alone.
Answer<unsigned long long> throttle_bits(Nvml const& nvml, Nvml::Device device) {
  auto bits = nvml.wide("nvmlDeviceGetCurrentClocksEventReasons", device);
  return bits.value ? bits : nvml.wide("nvmlDeviceGetCurrentClocksThrottleReasons", device);
}

}  // namespace

DeviceSensors nvidia_sensors(DeviceSource const& source, std::filesystem::path const&) {
  auto const nvml = std::make_shared<Nvml const>(source.nvml_library);
  // Asked for again each time: a device that is lost says so, one that was not there at first may come.
  auto const with_device = [nvml, bus_id = source.pci_bus_id](auto const& use) {
    auto const device = nvml->device(bus_id);
    return device.value ? use(*nvml, *device.value) : device.reason;
  };
  DeviceSensors sensors;
  for (auto const& row : rows)
    sensors.state.push_back({row.name, [with_device, row](Readings& readings) {
                               return with_device([&](Nvml const& library, Nvml::Device device) {
                                 auto const number = row.kind == no_kind
                                                         ? library.number(row.function, device, row.unit)
                                                         : library.number(row.function, device, row.kind, row.unit);
                                 if (number.value) readings[row.reading] = *number.value;
                                 return number.reason;
                               });
                             }});
  sensors.state.push_back({"nvml:throttle", [with_device](Readings& readings) {
                             return with_device([&](Nvml const& library, Nvml::Device device) {
                               auto const bits = throttle_bits(library, device);
                               if (bits.value) add_throttle_readings(*bits.value, nvidia_throttle_bits(), readings);
                               return bits.reason;
                             });
                           }});
  sensors.energy.push_back({"nvml:energy", [with_device](Readings& readings) {
                              return with_device([&](Nvml const& library, Nvml::Device device) {
                                auto const millijoules = library.wide("nvmlDeviceGetTotalEnergyConsumption", device);
                                if (millijoules.value) readings["energy_j"] = double(*millijoules.value) * 1e-3;
                                return millijoules.reason;
                              });
                            }});
  return sensors;
}

}  // namespace hpcadvise::probes::runner

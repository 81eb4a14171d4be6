// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/nvidia_devices.hpp"

#include "probes/discovery/fields.hpp"
#include "probes/discovery/kernel_files.hpp"
#include "probes/discovery/nvml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <future>
#include <map>
#include <thread>
#include <type_traits>
#include <utility>

namespace hpcadvise::probes {
namespace {

// By bus address.
using Devices = std::map<std::string, Accelerator>;

// A model of proc/driver/nvidia/gpus/<bus address>/information for each.
Devices devices_of_driver(DiscoveryRoots const& roots) {
  Devices devices;
  for (auto const& folder : entries(roots.proc / "driver/nvidia/gpus")) {
    auto const model = field(parse_fields(read_small_file(folder / "information").value_or(""), ':'), "Model");
    std::string bus_id = folder.filename().string();
    std::ranges::transform(bus_id, bus_id.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    auto& device = devices[bus_id];
    device.name = model.empty() ? "NVIDIA GPU" : model;
    device.pci_bus_id = bus_id;
  }
  return devices;
}

std::optional<ComputeMode> compute_mode(Answer<double> const& mode) {
  if (!mode.value) return std::nullopt;
  if (*mode.value == nvml_computemode_prohibited) return ComputeMode::prohibited;
  return *mode.value == nvml_computemode_exclusive_process ? ComputeMode::exclusive : ComputeMode::shared;
}

void add_facts(Nvml const& nvml, Nvml::Device from, Accelerator& device) {
  auto const take = [&device](char const* name, auto& fact, auto const& answer) {
    using Fact = std::remove_reference_t<decltype(fact)>;
    if (!answer.value)
      device.unknown[name] = answer.reason;
    else if constexpr (std::is_same_v<Fact, std::string>)
      fact = *answer.value;
    else
      fact = static_cast<typename Fact::value_type>(*answer.value);
  };
  take("name", device.name, nvml.text("nvmlDeviceGetName", from));
  take("architecture", device.architecture, nvml.architecture(from));
  take("uuid", device.uuid, nvml.text("nvmlDeviceGetUUID", from));
  take("driver_version", device.driver_version, nvml.driver_version());
  take("memory_bytes", device.memory_bytes, nvml.memory_bytes(from));
  take("ecc_enabled", device.ecc_enabled, nvml.current_mode("nvmlDeviceGetEccMode", from));
  take("mig_enabled", device.mig_enabled, nvml.current_mode("nvmlDeviceGetMigMode", from));
  auto const mode = nvml.number("nvmlDeviceGetComputeMode", from);
  take("compute_mode", device.compute_mode, Answer<ComputeMode>{compute_mode(mode), mode.reason});
  take("persistence_enabled", device.persistence_enabled, nvml.number("nvmlDeviceGetPersistenceMode", from));
  constexpr double milliwatt = 1e-3;
  take("power_limit_w", device.power_limit_w, nvml.number("nvmlDeviceGetEnforcedPowerLimit", from, milliwatt));
  take("default_power_limit_w", device.default_power_limit_w,
       nvml.number("nvmlDeviceGetPowerManagementDefaultLimit", from, milliwatt));
  take("most_power_limit_w", device.most_power_limit_w, nvml.most_power_limit_w(from));
  constexpr double megahertz = 1e6;
  take("max_clock_hz", device.max_clock_hz, nvml.number("nvmlDeviceGetMaxClockInfo", from, nvml_clock_sm, megahertz));
  take("link_lanes", device.link_lanes, nvml.number("nvmlDeviceGetCurrPcieLinkWidth", from));
  take("most_link_lanes", device.most_link_lanes, nvml.number("nvmlDeviceGetMaxPcieLinkWidth", from));
  take("link_generation", device.link_generation, nvml.number("nvmlDeviceGetCurrPcieLinkGeneration", from));
  take("most_link_generation", device.most_link_generation, nvml.number("nvmlDeviceGetMaxPcieLinkGeneration", from));
  take("device_link_generation", device.device_link_generation,
       nvml.number("nvmlDeviceGetGpuMaxPcieLinkGeneration", from));
}

// What NVML knows by its own numbers joins what the driver lists. A device without an address is one that the driver
// lists too, where it lists any.
std::vector<Accelerator> asked(std::string const& library, Devices devices) {
  Nvml const nvml(library);
  std::vector<Accelerator> without_address;
  bool const listed = !devices.empty();
  auto const count = nvml.device_count();
  constexpr unsigned most_devices = 256;  // beyond any node: a number that is none
  for (unsigned index = 0; index < std::min(count.value.value_or(0), most_devices); ++index) {
    auto const handle = nvml.device(index);
    auto const bus_id =
        handle.value ? nvml.pci_bus_id(*handle.value) : Answer<std::string>{std::nullopt, handle.reason};
    if (bus_id.value)
      devices[*bus_id.value].pci_bus_id = *bus_id.value;
    else if (!listed)
      without_address.push_back(
          {.name = fmt::format("NVIDIA GPU {}", index), .unusable = bus_id.reason, .forbidden = handle.forbidden});
  }
  for (auto& [bus_id, device] : devices) {
    auto const handle = nvml.device(bus_id);
    if (handle.value)
      add_facts(nvml, *handle.value, device);
    else if (!nvml.problem().empty())
      device.unknown["nvml"] = nvml.problem();
    else {
      device.unusable = handle.reason;
      device.forbidden = handle.forbidden;
    }
    if (device.name.empty()) device.name = "NVIDIA GPU";
  }
  std::vector<Accelerator> result = std::move(without_address);
  for (auto& [bus_id, device] : devices) result.push_back(std::move(device));
  return result;
}

}  // namespace

std::vector<Accelerator> nvidia_devices(DiscoveryRoots const& roots) {
  auto devices = devices_of_driver(roots);
  // A driver that waits for a device that fell off the bus cannot be interrupted, only left behind.
  std::packaged_task<std::vector<Accelerator>()> task(
      [library = roots.nvml_library, devices] { return asked(library, devices); });
  auto answer = task.get_future();
  std::thread(std::move(task)).detach();
  if (answer.wait_for(std::chrono::duration<double>(roots.driver_limit_s)) == std::future_status::ready)
    return answer.get();
  std::vector<Accelerator> result;
  for (auto& [bus_id, device] : devices) {
    device.unknown["nvml"] = fmt::format("NVML did not answer within {:g} s", roots.driver_limit_s);
    result.push_back(std::move(device));
  }
  return result;
}

}  // namespace hpcadvise::probes

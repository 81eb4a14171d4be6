// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/papi_devices.hpp"

#if HPCADVISE_HAVE_PAPI

#include "probes/discovery/nvml.hpp"
#include "probes/discovery/pci_device.hpp"
#include "probes/runner/papi_component.hpp"

#include <papi.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace hpcadvise::probes::runner {
namespace {

struct Row {
  char const* name;
  char const* reading;
  std::string_view event;  // how its name ends; # is the device's number
  double unit;             // as the event's description in PAPI says
  bool of_energy = false;
  char const* not_read = "";  // why
};

// src/components/nvml/linux-nvml.c. Its sm_max_clock is the clock of now (getMaxClockSpeed).
constexpr Row nvml_rows[] = {
    {"papi:nvml:clock", "papi_clock_hz", ":device_#:sm_clock", 1e6},
    {"papi:nvml:memory_clock", "papi_memory_clock_hz", ":device_#:memory_clock", 1e6},
    {"papi:nvml:power", "papi_power_w", ":device_#:power", 1e-3},
    {"papi:nvml:energy", "papi_energy_j", ":device_#:total_energy_consumption", 1e-3, true},
    {"papi:nvml:temperature", "papi_temperature_celsius", ":device_#:temperature", 1},
};

// access_rsmi_dev_gpu_clk_freq of rocs.c takes what is -1 for an index, where ROCm's rsmi_dev_gpu_clk_freq_get said
// nothing of it (rocm_smi_lib's commit f191c27).
constexpr char const* no_clock = "before ROCm 6.0 PAPI reads outside its table where amdgpu marks no clock as current";

// src/components/rocm_smi/rocs.c. Sensor 1 is RSMI_TEMP_TYPE_JUNCTION, 2 is RSMI_TEMP_TYPE_MEMORY.
constexpr Row rocm_smi_rows[] = {
    {"papi:rocm_smi:power", "papi_power_w", ":::power_average:device=#:sensor=0", 1e-6},
    {"papi:rocm_smi:energy", "papi_energy_j", ":::energy_count:device=#", 1e-6, true},
    {"papi:rocm_smi:temperature", "papi_temperature_celsius", ":::temp_current:device=#:sensor=1", 1e-3},
    {"papi:rocm_smi:memory_temperature", "papi_memory_temperature_celsius", ":::temp_current:device=#:sensor=2", 1e-3},
    {"papi:rocm_smi:clock", "", "", 0, false, no_clock},
};

// NVML's own number, among the devices that this user may ask: PAPI has it of the same functions.
Answer<std::string> number_of_nvidia(PapiComponent&, DeviceSource const& device) {
  auto const number = Nvml(device.nvml_library).number_of_permitted(device.pci_bus_id);
  if (!number.value) return {std::nullopt, number.reason};
  return {std::to_string(*number.value), ""};
}

// rocm_smi's number of the device whose address it gives as rsmi_dev_pci_id_get does.
Answer<std::string> number_of_amd(PapiComponent& papi, DeviceSource const& device) {
  constexpr std::string_view address = "rocm_smi:::pci_id:device=";
  std::vector<std::string> numbers;
  for (auto const& event : papi.events()) {
    if (!event.starts_with(address)) continue;
    auto const id = papi.read(event);
    if (!id.value) return {std::nullopt, "of " + event + " " + id.reason};
    if (pci_bus_id(*id.value >> 32, *id.value) == device.pci_bus_id) numbers.push_back(event.substr(address.size()));
  }
  if (numbers.size() == 1) return {numbers.front(), ""};
  return {std::nullopt,
          (numbers.empty() ? "none of its devices is at " : "several of its devices are at ") + device.pci_bus_id};
}

struct Component {
  char const* name;
  char const* sensor;
  char const* maker;  // how its architectures begin
  Answer<std::string> (*number_of)(PapiComponent&, DeviceSource const&);
  std::span<Row const> rows;
};

constexpr Component components[] = {
    {"nvml", "papi:nvml", "sm", number_of_nvidia, nvml_rows},
    {"rocm_smi", "papi:rocm_smi", "gfx", number_of_amd, rocm_smi_rows},
    {"cuda", "papi:cuda", "sm", nullptr, {}},
    {"rocm", "papi:rocm", "gfx", nullptr, {}},
};

DeviceSensor absent(char const* name, std::string const& reason) {
  return {name, [reason](Readings&) { return reason; }};
}

// From 7.0.1 on, and still in August 2026, nvml's table of whose each event is has one line for the two
// total_ecc_errors of a device, where its list of events has two (createNativeEvents): what comes after is read by a
// line too late, and so the last events of a device of the next one.
bool of_its_device(std::vector<std::string> const& events, std::ptrdiff_t place) {
  auto lines = events;
  lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
  auto const device = [](std::string const& event) { return event.substr(0, event.rfind(':')); };
  auto const at = std::size_t(place);
  return at < lines.size() && device(lines[at]) == device(events[at]);
}

DeviceSensor sensor_of(Row const& row, std::shared_ptr<PapiComponent> const& papi, std::string const& number) {
  if (*row.not_read != '\0') return absent(row.name, row.not_read);
  std::string ending(row.event);
  ending.replace(ending.find('#'), 1, number);
  auto const& events = papi->events();
  auto const event = std::ranges::find_if(events, [&](auto const& name) { return name.ends_with(ending); });
  if (event == events.end()) return absent(row.name, "this PAPI has no event *" + ending);
  if (!of_its_device(events, event - events.begin()))
    return absent(row.name, "PAPI would read it of another device: its table slips after each total_ecc_errors");
  return {row.name, [papi, row, name = *event](Readings& readings) {
            auto const value = papi->read(name);
            if (!value.value) return value.reason;
            if (*value.value <= 0) return "PAPI gives " + std::to_string(*value.value);
            readings[row.reading] = double(*value.value) * row.unit;
            return std::string();
          }};
}

void add_sensors(Component const& component, DeviceSource const& device, DeviceSensors& sensors) {
  auto const papi = std::make_shared<PapiComponent>(component.name);
  auto reason = papi->problem();
  Answer<std::string> number;
  if (reason.empty()) {
    number = component.number_of(*papi, device);
    reason = number.reason;
  }
  if (!reason.empty()) {
    sensors.state.push_back(absent(component.sensor, reason));
    return;
  }
  for (auto const& row : component.rows)
    (row.of_energy ? sensors.energy : sensors.state).push_back(sensor_of(row, papi, *number.value));
}

// They count what kernels do, and slow them for it.
DeviceSensor not_read(Component const& component) {
  int const index = PAPI_get_component_index(component.name);
  auto const* const info = index < 0 ? nullptr : PAPI_get_component_info(index);
  if (info == nullptr) return absent(component.sensor, "this PAPI has no such component");
  bool const works = info->disabled == PAPI_OK || info->disabled == PAPI_EDELAY_INIT;
  return absent(component.sensor, works ? "its counters slow the kernels that are timed" : info->disabled_reason);
}

}  // namespace

DeviceSensors papi_device_sensors(DeviceSource const& device) {
  DeviceSensors sensors;
  for (auto const& component : components) {
    if (!device.architecture.starts_with(component.maker)) continue;
    if (component.number_of != nullptr)
      add_sensors(component, device, sensors);
    else
      sensors.state.push_back(not_read(component));
  }
  return sensors;
}

}  // namespace hpcadvise::probes::runner

#else

namespace hpcadvise::probes::runner {

DeviceSensors papi_device_sensors(DeviceSource const&) { return {}; }

}  // namespace hpcadvise::probes::runner

#endif

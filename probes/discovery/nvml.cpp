// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/nvml.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>

namespace hpcadvise::probes {
namespace {

// nvmlReturn_t
constexpr int success = 0;  // NVML_SUCCESS

// nvmlPciInfo_t, as nvmlDeviceGetPciInfo_v3 fills it.
struct PciInfo {
  char bus_id_legacy[16];  // NVML_DEVICE_PCI_BUS_ID_BUFFER_V2_SIZE
  unsigned domain;
  unsigned bus;
  unsigned device;
  unsigned pci_device_id;
  unsigned pci_subsystem_id;
  char bus_id[32];  // NVML_DEVICE_PCI_BUS_ID_BUFFER_SIZE
};
static_assert(sizeof(PciInfo) == 68);

// nvmlMemory_t, as nvmlDeviceGetMemoryInfo fills it.
struct Memory {
  unsigned long long total;
  unsigned long long free;
  unsigned long long used;
};

// The longest that the reference names: NVML_DEVICE_NAME_V2_BUFFER_SIZE, NVML_DEVICE_UUID_V2_BUFFER_SIZE.
using Text = std::array<char, 96>;

// What the reference calls NVML_VALUE_NOT_AVAILABLE, and anything else that no quantity here can be.
constexpr unsigned not_available = 1u << 31;
constexpr char const* no_value = "NVML has no value for it";

template <class Value>
Answer<Value> answer(std::string reason, Value value) {
  if (!reason.empty()) return {std::nullopt, std::move(reason)};
  return {std::move(value), ""};
}

Answer<double> quantity(std::string reason, unsigned number, double unit) {
  if (reason.empty() && number >= not_available) reason = no_value;
  return answer(std::move(reason), number * unit);
}

}  // namespace

// It is not closed again: a call that hangs may still be inside it.
Nvml::Nvml(std::string const& library) {
  if (library.empty()) {
    problem_ = "it was not looked for";
    return;
  }
  library_ = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library_ == nullptr) {
    char const* const reason = dlerror();
    problem_ = reason != nullptr ? reason : "cannot load " + library;
    return;
  }
  problem_ = call("nvmlInit_v2");
}

Nvml::~Nvml() {
  if (problem_.empty()) call("nvmlShutdown");
}

template <class... Arguments>
Nvml::Called Nvml::called(char const* function, Arguments... arguments) const {
  constexpr int no_code = -1;
  if (!problem_.empty()) return {no_code, problem_};
  auto const address = reinterpret_cast<int (*)(Arguments...)>(dlsym(library_, function));
  if (address == nullptr) return {no_code, fmt::format("this driver's NVML has no {}", function)};
  int const code = address(arguments...);
  return {code, code == success ? std::string() : words_for(code)};
}

std::string Nvml::words_for(int code) const {
  auto const words = reinterpret_cast<char const* (*)(int)>(dlsym(library_, "nvmlErrorString"));
  char const* const text = words != nullptr ? words(code) : nullptr;
  return text != nullptr ? fmt::format("NVML says: {}", text) : fmt::format("NVML's error {}", code);
}

Answer<unsigned> Nvml::device_count() const {
  unsigned count = 0;
  auto reason = call("nvmlDeviceGetCount_v2", &count);
  return answer(std::move(reason), count);
}

Answer<Nvml::Device> Nvml::device_answer(Called called, Device device) {
  constexpr int no_permission = 4;  // NVML_ERROR_NO_PERMISSION
  auto result = answer(std::move(called.reason), device);
  result.forbidden = called.code == no_permission;
  return result;
}

Answer<Nvml::Device> Nvml::device(unsigned index) const {
  Device device = nullptr;
  auto result = called("nvmlDeviceGetHandleByIndex_v2", index, &device);
  return device_answer(std::move(result), device);
}

Answer<Nvml::Device> Nvml::device(std::string const& pci_bus_id) const {
  Device device = nullptr;
  auto result = called("nvmlDeviceGetHandleByPciBusId_v2", pci_bus_id.c_str(), &device);
  return device_answer(std::move(result), device);
}

Answer<unsigned> Nvml::number_of_permitted(std::string const& bus_id) const {
  unsigned count = 0;
  auto reason = call("nvmlDeviceGetCount", &count);
  for (unsigned number = 0; reason.empty() && number < count; ++number) {
    Device device = nullptr;
    reason = call("nvmlDeviceGetHandleByIndex", number, &device);
    if (reason.empty() && pci_bus_id(device).value == bus_id) return {number, ""};
  }
  return {std::nullopt, reason.empty() ? fmt::format("NVML numbers no device at {}", bus_id) : reason};
}

Answer<std::string> Nvml::driver_version() const {
  Text text{};
  auto reason = call("nvmlSystemGetDriverVersion", text.data(), unsigned(text.size() - 1));
  return answer(std::move(reason), std::string(text.data()));
}

Answer<std::string> Nvml::pci_bus_id(Device device) const {
  PciInfo info{};
  auto reason = call("nvmlDeviceGetPciInfo_v3", device, &info);
  return answer(std::move(reason), fmt::format("{:04x}:{:02x}:{:02x}.0", info.domain, info.bus, info.device));
}

Answer<std::string> Nvml::architecture(Device device) const {
  int major = 0;
  int minor = 0;
  auto reason = call("nvmlDeviceGetCudaComputeCapability", device, &major, &minor);
  return answer(std::move(reason), fmt::format("sm{}{}", major, minor));
}

Answer<double> Nvml::memory_bytes(Device device) const {
  Memory memory{};
  auto reason = call("nvmlDeviceGetMemoryInfo", device, &memory);
  if (reason.empty() && memory.total >> 60 != 0) reason = no_value;
  return answer(std::move(reason), double(memory.total));
}

Answer<double> Nvml::most_power_limit_w(Device device) const {
  unsigned least_mw = 0;
  unsigned most_mw = 0;
  auto reason = call("nvmlDeviceGetPowerManagementLimitConstraints", device, &least_mw, &most_mw);
  return answer(std::move(reason), most_mw * 1e-3);
}

Answer<std::string> Nvml::text(char const* function, Device device) const {
  Text text{};
  auto reason = call(function, device, text.data(), unsigned(text.size() - 1));
  return answer(std::move(reason), std::string(text.data()));
}

Answer<double> Nvml::number(char const* function, Device device, double unit) const {
  unsigned number = 0;
  auto reason = call(function, device, &number);
  return quantity(std::move(reason), number, unit);
}

Answer<double> Nvml::number(char const* function, Device device, int kind, double unit) const {
  unsigned number = 0;
  auto reason = call(function, device, kind, &number);
  return quantity(std::move(reason), number, unit);
}

Answer<bool> Nvml::current_mode(char const* function, Device device) const {
  unsigned current = 0;
  unsigned pending = 0;
  auto reason = call(function, device, &current, &pending);
  return answer(std::move(reason), current != 0);
}

Answer<unsigned long long> Nvml::wide(char const* function, Device device) const {
  unsigned long long number = 0;
  auto reason = call(function, device, &number);
  return answer(std::move(reason), number);
}

}  // namespace hpcadvise::probes

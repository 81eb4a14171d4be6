// SPDX-License-Identifier: Apache-2.0

// In place of NVIDIA's Management Library. The file that FAKE_NVML names says a line an answer:
//
//   <device's number, or -> <function> <answer>
//
// where the answer is numbers or a text, `error <nvmlReturn_t>` or `hang`. What no line answers is not supported.
// FAKE_NVML_OLD builds one that lacks what a driver of 2019 lacked.

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

namespace {

constexpr int success = 0;
constexpr int invalid_argument = 2;
constexpr int not_supported = 3;
constexpr int no_permission = 4;
constexpr int not_found = 6;

std::string answer(std::string const& device, std::string const& function) {
  char const* const file = std::getenv("FAKE_NVML");
  std::ifstream stream(file != nullptr ? file : "");
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    std::string who;
    std::string what;
    words >> who >> what >> std::ws;
    std::string rest;
    std::getline(words, rest);
    if (who == device && what == function) return rest;
  }
  return "error " + std::to_string(not_supported);
}

// A handle is the address of one of these.
int numbers[8] = {0, 1, 2, 3, 4, 5, 6, 7};

std::string name_of(void const* device) { return std::to_string(*static_cast<int const*>(device)); }

int code_of(std::string const& text) {
  if (text == "hang") pause();
  int code = success;
  if (text.rfind("error ", 0) == 0) code = std::stoi(text.substr(6));
  return code;
}

template <class... Value>
int numbers_of(std::string const& device, char const* function, Value*... values) {
  auto const text = answer(device, function);
  if (int const code = code_of(text); code != success) return code;
  std::istringstream words(text);
  (words >> ... >> *values);
  return success;
}

int text_of(std::string const& device, char const* function, char* text, unsigned length) {
  auto const found = answer(device, function);
  if (int const code = code_of(found); code != success) return code;
  std::strncpy(text, found.c_str(), length);
  return success;
}

struct PciInfo {
  char bus_id_legacy[16];
  unsigned domain, bus, device, pci_device_id, pci_subsystem_id;
  char bus_id[32];
};

}  // namespace

extern "C" {

int nvmlInit_v2() {
  auto const text = answer("-", "nvmlInit_v2");
  return text == "error 3" ? success : code_of(text);
}

int nvmlShutdown() { return success; }

char const* nvmlErrorString(int code) {
  switch (code) {
    case 3: return "Not Supported";
    case 4: return "Insufficient Permissions";
    case 9: return "Driver Not Loaded";
    case 15: return "GPU is lost";
    default: return "Unknown Error";
  }
}

int nvmlSystemGetDriverVersion(char* text, unsigned length) {
  return text_of("-", "nvmlSystemGetDriverVersion", text, length);
}

int nvmlDeviceGetCount_v2(unsigned* count) { return numbers_of("-", "nvmlDeviceGetCount_v2", count); }

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  auto const text = answer(std::to_string(index), "nvmlDeviceGetHandleByIndex_v2");
  *device = &numbers[std::min(index, 7u)];
  return text == "error 3" ? success : code_of(text);
}

// The first versions pass over the devices that this user may not ask.
int nvmlDeviceGetHandleByIndex(unsigned index, void** device) {
  unsigned all = 0;
  if (int const code = nvmlDeviceGetCount_v2(&all); code != success) return code;
  for (unsigned each = 0; each < all; ++each)
    if (nvmlDeviceGetHandleByIndex_v2(each, device) != no_permission && index-- == 0)
      return nvmlDeviceGetHandleByIndex_v2(each, device);
  return invalid_argument;
}

int nvmlDeviceGetCount(unsigned* count) {
  unsigned all = 0;
  if (int const code = nvmlDeviceGetCount_v2(&all); code != success) return code;
  void* device = nullptr;
  for (*count = 0; nvmlDeviceGetHandleByIndex(*count, &device) != invalid_argument;) ++*count;
  return success;
}

int nvmlDeviceGetPciInfo_v3(void* device, PciInfo* info) {
  std::memset(info, 0xff, sizeof *info);
  return numbers_of(name_of(device), "nvmlDeviceGetPciInfo_v3", &info->domain, &info->bus, &info->device);
}

int nvmlDeviceGetHandleByPciBusId_v2(char const* bus_id, void** device) {
  unsigned count = 0;
  if (int const code = nvmlDeviceGetCount_v2(&count); code != success) return code;
  for (unsigned index = 0; index < count; ++index) {
    PciInfo info;
    char name[32];
    if (nvmlDeviceGetPciInfo_v3(&numbers[index], &info) != success) continue;
    std::snprintf(name, sizeof name, "%04x:%02x:%02x.0", info.domain, info.bus, info.device);
    if (std::string(bus_id) == name) return nvmlDeviceGetHandleByIndex_v2(index, device);
  }
  return not_found;
}

int nvmlDeviceGetMemoryInfo(void* device, unsigned long long* total_free_used) {
  return numbers_of(name_of(device), "nvmlDeviceGetMemoryInfo", total_free_used);
}

int nvmlDeviceGetCudaComputeCapability(void* device, int* major, int* minor) {
  return numbers_of(name_of(device), "nvmlDeviceGetCudaComputeCapability", major, minor);
}

#define FAKE_TEXT(function) \
  int function(void* device, char* text, unsigned length) { return text_of(name_of(device), #function, text, length); }
FAKE_TEXT(nvmlDeviceGetName)
FAKE_TEXT(nvmlDeviceGetUUID)

#define FAKE_NUMBER(function) \
  int function(void* device, unsigned* value) { return numbers_of(name_of(device), #function, value); }
FAKE_NUMBER(nvmlDeviceGetComputeMode)
FAKE_NUMBER(nvmlDeviceGetPersistenceMode)
FAKE_NUMBER(nvmlDeviceGetEnforcedPowerLimit)
FAKE_NUMBER(nvmlDeviceGetPowerManagementDefaultLimit)
FAKE_NUMBER(nvmlDeviceGetCurrPcieLinkWidth)
FAKE_NUMBER(nvmlDeviceGetMaxPcieLinkWidth)
FAKE_NUMBER(nvmlDeviceGetCurrPcieLinkGeneration)
FAKE_NUMBER(nvmlDeviceGetMaxPcieLinkGeneration)
FAKE_NUMBER(nvmlDeviceGetPowerUsage)
#ifndef FAKE_NVML_OLD
FAKE_NUMBER(nvmlDeviceGetGpuMaxPcieLinkGeneration)
#endif

#define FAKE_PAIR(function) \
  int function(void* device, unsigned* one, unsigned* two) { return numbers_of(name_of(device), #function, one, two); }
FAKE_PAIR(nvmlDeviceGetEccMode)
FAKE_PAIR(nvmlDeviceGetMigMode)
FAKE_PAIR(nvmlDeviceGetPowerManagementLimitConstraints)

// The kind belongs to the function's name: "nvmlDeviceGetClockInfo:1".
#define FAKE_KIND(function)                                                                    \
  int function(void* device, int kind, unsigned* value) {                                      \
    return numbers_of(name_of(device), (#function ":" + std::to_string(kind)).c_str(), value); \
  }
FAKE_KIND(nvmlDeviceGetMaxClockInfo)
FAKE_KIND(nvmlDeviceGetClockInfo)
FAKE_KIND(nvmlDeviceGetTemperature)

#define FAKE_WIDE(function) \
  int function(void* device, unsigned long long* value) { return numbers_of(name_of(device), #function, value); }
FAKE_WIDE(nvmlDeviceGetTotalEnergyConsumption)
FAKE_WIDE(nvmlDeviceGetCurrentClocksThrottleReasons)
#ifndef FAKE_NVML_OLD
FAKE_WIDE(nvmlDeviceGetCurrentClocksEventReasons)
#endif

}  // extern "C"

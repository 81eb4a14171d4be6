// SPDX-License-Identifier: Apache-2.0
#pragma once

// NVIDIA's Management Library, looked for when it is asked, as it comes with the driver: nothing of it is linked, and
// no header of it is needed. Types, functions and constants are those of the NVML API Reference, whose names stand
// beside them.

#include <optional>
#include <string>

struct nvmlDevice_st;

namespace hpcadvise::probes {

// What was asked for, or why it is not known, in NVML's words.
template <class Value>
struct Answer {
  std::optional<Value> value;
  std::string reason;
  bool forbidden = false;  // the driver refuses it to this user
};

class Nvml {
 public:
  using Device = nvmlDevice_st*;  // nvmlDevice_t

  // Loads and initializes it: "libnvidia-ml.so.1".
  explicit Nvml(std::string const& library);
  ~Nvml();
  Nvml(Nvml const&) = delete;
  Nvml& operator=(Nvml const&) = delete;

  // Why it cannot be asked: not found, no driver. Empty when it can.
  std::string const& problem() const noexcept { return problem_; }

  // Of all devices of the node, whether they may be used or not.
  Answer<unsigned> device_count() const;
  Answer<Device> device(unsigned index) const;
  Answer<Device> device(std::string const& pci_bus_id) const;
  // Its number by the functions' first versions, which count the devices alone that this user may ask.
  Answer<unsigned> number_of_permitted(std::string const& pci_bus_id) const;

  Answer<std::string> driver_version() const;
  Answer<std::string> pci_bus_id(Device device) const;    // as sysfs has it: "0000:1b:00.0"
  Answer<std::string> architecture(Device device) const;  // "sm90"
  Answer<double> memory_bytes(Device device) const;
  Answer<double> most_power_limit_w(Device device) const;

  // By the name of a function with the arguments (device, char*, unsigned length).
  Answer<std::string> text(char const* function, Device device) const;
  // (device, unsigned*), times `unit`.
  Answer<double> number(char const* function, Device device, double unit = 1) const;
  // (device, enum, unsigned*), times `unit`.
  Answer<double> number(char const* function, Device device, int kind, double unit) const;
  // (device, unsigned*, unsigned*): what is, and what will be after a restart. The first.
  Answer<bool> current_mode(char const* function, Device device) const;
  // (device, unsigned long long*).
  Answer<unsigned long long> wide(char const* function, Device device) const;

 private:
  struct Called {
    int code;
    std::string reason;  // why it failed, a function that this NVML lacks included; empty when it worked
  };
  template <class... Arguments>
  Called called(char const* function, Arguments... arguments) const;
  template <class... Arguments>
  std::string call(char const* function, Arguments... arguments) const {
    return called(function, arguments...).reason;
  }
  static Answer<Device> device_answer(Called called, Device device);
  std::string words_for(int code) const;

  void* library_ = nullptr;
  std::string problem_;
};

// nvmlClockType_t and nvmlTemperatureSensors_t.
inline constexpr int nvml_clock_sm = 1;   // NVML_CLOCK_SM
inline constexpr int nvml_clock_mem = 2;  // NVML_CLOCK_MEM
inline constexpr int nvml_temperature_gpu = 0;

// nvmlComputeMode_t
inline constexpr int nvml_computemode_prohibited = 2;
inline constexpr int nvml_computemode_exclusive_process = 3;

}  // namespace hpcadvise::probes

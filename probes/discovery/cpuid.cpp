// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/cpuid.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <array>
#include <cstring>
#include <string_view>
#include <utility>

namespace hpcadvise::probes {

#if defined(__x86_64__)

namespace {

// Signatures in leaf 0x40000000, as each hypervisor documents its own, by the names people know.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> hypervisors{
    {{"KVMKVMKVM", "KVM"}, {"Microsoft Hv", "Hyper-V"}, {"VMwareVMware", "VMware"}, {"XenVMMXenVMM", "Xen"}}};

}  // namespace

std::optional<std::string> cpuid_hypervisor() {
  std::array<unsigned, 4> registers{};
  __cpuid(0x40000000, registers[0], registers[1], registers[2], registers[3]);
  std::array<char, 13> vendor{};
  std::memcpy(vendor.data(), &registers[1], 12);
  if (vendor[0] < ' ' || vendor[0] > '~') return std::nullopt;
  std::string_view const signature(vendor.data());
  for (auto const& [known, name] : hypervisors)
    if (signature == known) return std::string(name);
  return std::string(signature);
}

std::optional<double> cpuid_max_clock_hz() {
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  if (__get_cpuid(0x16, &eax, &ebx, &ecx, &edx) == 0) return std::nullopt;
  unsigned const mhz = ebx & 0xffffU;
  if (mhz == 0) return std::nullopt;
  return mhz * 1e6;
}

#else

std::optional<std::string> cpuid_hypervisor() { return std::nullopt; }
std::optional<double> cpuid_max_clock_hz() { return std::nullopt; }

#endif

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an x86 processor says of itself; nothing on other ones.

#include <optional>
#include <string>

namespace hpcadvise::probes {

// Leaf 0x40000000: "KVMKVMKVM". By the hypervisors' convention, meaningful only when /proc/cpuinfo has the flag.
std::optional<std::string> cpuid_hypervisor();

// Leaf 0x16, EBX: the highest clock as specified (Intel SDM volume 2A, CPUID). Only Intel's have it.
std::optional<double> cpuid_max_clock_hz();

}  // namespace hpcadvise::probes

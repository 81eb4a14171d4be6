// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a host may be expected to do before anything was measured, for sharing out the budget. Nothing of it reaches
// a profile.

#include "profiles/host_spec.hpp"
#include "profiles/precision.hpp"

#include <cstdint>
#include <optional>

namespace hpcadvise::probes {

// A tuned GEMM: half of what the vector units could do at an everyday clock of 2.5 GHz.
double expected_flops_per_s(profiles::HostSpec const& host, profiles::Precision precision);

// 10 GB/s a core, up to 100 GB/s a socket: between one channel's rate and that of eight.
double expected_memory_bytes_per_s(profiles::HostSpec const& host);

// What the samples may allocate together: a quarter of the host's memory or of the control group's limit.
std::int64_t memory_to_use_bytes(profiles::HostSpec const& host);

// What the inputs of a sample add up to, so that a call does not find those of the one before in cache: twice the last
// cache, up to 256 MiB. A reported cache larger than that is one of a whole socket, seen from a virtual machine.
// 0 or less: no cache is known.
double cold_bytes(double last_cache_bytes);

// Making random inputs, at 1 GB/s a core (the kernel clears each new page first): one set of `set_bytes`, or as many as
// make cold_bytes.
double input_overhead_s(profiles::HostSpec const& host, double set_bytes);

// The bound of the physics guard; 0 where none is known.
double peak_flops_per_s(profiles::HostSpec const& host, profiles::Precision precision);

// All instances of a level that the allowed cores reach; nothing if the host has no such level.
std::optional<std::int64_t> usable_cache_bytes(profiles::HostSpec const& host, int level);

// Of the largest level; 32 MiB where no cache is known.
std::int64_t largest_cache_bytes(profiles::HostSpec const& host);

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#pragma once

// What discovery found out about a host. Whatever could not be known is absent, never guessed.

#include "profiles/precision.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hpcadvise::profiles {

struct NumaNode {
  int index = 0;
  int core_count = 0;
  std::string cpus;  // "0-15,64-79"
  std::optional<std::int64_t> memory_bytes;
};

struct Cache {
  int level = 1;
  std::int64_t size_bytes = 0;  // of one instance
  int instance_count = 1;
  int line_bytes = 64;
};

// An upper bound that no honest rate can pass, with the way it was worked out.
struct PeakRate {
  double flops_per_s = 0;
  std::string how;  // "2 cores x 2.6e9 Hz x 64 flops a cycle (AVX-512, 2 FMA units)"
};

struct HostSpec {
  std::string host_name;
  std::optional<std::string> system{};  // "lumi-g", where its signs show which machine this is
  std::string operating_system;
  std::string kernel;
  std::string cpu_model;
  std::string architecture;  // "x86_64", "aarch64"
  std::optional<std::string> hypervisor;
  int socket_count = 1;
  int core_count = 1;    // physical
  int thread_count = 1;  // hardware threads
  std::vector<NumaNode> numa_nodes;
  std::vector<Cache> caches;
  std::optional<std::int64_t> memory_bytes;
  std::string allowed_cpus;                // the cpuset in force
  int allowed_core_count = 1;              // physical cores of that set
  std::optional<double> cgroup_cpu_limit;  // cores
  std::optional<std::int64_t> cgroup_memory_limit_bytes;
  std::vector<std::string> simd;  // "avx2", "avx512f", "neon", "sve"
  std::optional<double> max_clock_hz;
  std::map<Precision, PeakRate> peak;  // of the cores allowed
};

}  // namespace hpcadvise::profiles

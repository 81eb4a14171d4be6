// SPDX-License-Identifier: Apache-2.0
#include "probes/host_rates.hpp"

#include "probes/discovery/host_peak.hpp"

#include <algorithm>

namespace hpcadvise::probes {

double peak_flops_per_s(profiles::HostSpec const& host, profiles::Precision precision) {
  auto const found = host.peak.find(precision);
  return found == host.peak.end() ? 0 : found->second.flops_per_s;
}

double expected_flops_per_s(profiles::HostSpec const& host, profiles::Precision precision) {
  constexpr double everyday_clock_hz = 2.5e9;
  double const peak = peak_flops_per_s(host, precision);
  // An unknown vector unit: one multiplication and one addition a cycle.
  if (peak == 0) return host.allowed_core_count * everyday_clock_hz * 2;
  double const clock_hz = clock_bound(host).hz;
  return peak * std::min(everyday_clock_hz, clock_hz) / clock_hz / 2;
}

double expected_memory_bytes_per_s(profiles::HostSpec const& host) {
  return std::min(10e9 * host.allowed_core_count, 100e9 * host.socket_count);
}

std::int64_t memory_to_use_bytes(profiles::HostSpec const& host) {
  constexpr std::int64_t unknown_memory_bytes = std::int64_t{2} << 30;
  std::int64_t bytes = host.memory_bytes.value_or(unknown_memory_bytes);
  if (host.cgroup_memory_limit_bytes) bytes = std::min(bytes, *host.cgroup_memory_limit_bytes);
  return bytes / 4;
}

std::optional<std::int64_t> usable_cache_bytes(profiles::HostSpec const& host, int level) {
  for (auto const& cache : host.caches) {
    if (cache.level != level) continue;
    // Instances are spread evenly over the cores.
    std::int64_t const cores_an_instance = std::max(1, host.core_count / std::max(1, cache.instance_count));
    std::int64_t const instances = std::clamp<std::int64_t>(
        (host.allowed_core_count + cores_an_instance - 1) / cores_an_instance, 1, std::max(1, cache.instance_count));
    return cache.size_bytes * instances;
  }
  return std::nullopt;
}

std::int64_t largest_cache_bytes(profiles::HostSpec const& host) {
  constexpr std::int64_t unknown_cache_bytes = 32 << 20;
  std::int64_t largest = 0;
  for (auto const& cache : host.caches) largest = std::max(largest, usable_cache_bytes(host, cache.level).value_or(0));
  return largest > 0 ? largest : unknown_cache_bytes;
}

double cold_bytes(double last_cache_bytes) {
  constexpr double most_bytes = 256 << 20;
  return last_cache_bytes > 0 ? std::min(2 * last_cache_bytes, most_bytes) : most_bytes;
}

double input_overhead_s(profiles::HostSpec const& host, double set_bytes) {
  return std::max(set_bytes, cold_bytes(double(largest_cache_bytes(host)))) / (1e9 * host.allowed_core_count);
}

}  // namespace hpcadvise::probes

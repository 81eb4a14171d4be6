// SPDX-License-Identifier: Apache-2.0
#include "probes/expected_rates.hpp"

#include "probes/discovery/host_peak.hpp"
#include "probes/host_rates.hpp"

namespace hpcadvise::probes {

double peak_flops_per_s(PlanContext const& context, profiles::Precision precision) {
  if (!context.gpu) return peak_flops_per_s(context.host, precision);
  auto const found = context.gpu->peak.find(precision);
  return found == context.gpu->peak.end() ? 0 : found->second.flops_per_s;
}

double peak_memory_bytes_per_s(PlanContext const& context) {
  if (context.gpu) return context.gpu->memory_peak_bytes_per_s.value_or(0);
  return core_traffic_bound_bytes_per_s(context.host) * context.host.allowed_core_count;
}

double expected_flops_per_s(PlanContext const& context, profiles::Precision precision) {
  if (!context.gpu) return expected_flops_per_s(context.host, precision);
  constexpr double slow_gpu_flops_per_s = 5e12;
  double const peak = peak_flops_per_s(context, precision);
  return peak > 0 ? peak / 2 : slow_gpu_flops_per_s;
}

double expected_memory_bytes_per_s(PlanContext const& context) {
  if (!context.gpu) return expected_memory_bytes_per_s(context.host);
  constexpr double slow_gpu_bytes_per_s = 500e9;
  double const peak = context.gpu->memory_peak_bytes_per_s.value_or(0);
  return peak > 0 ? 0.8 * peak : slow_gpu_bytes_per_s;
}

std::int64_t memory_to_use_bytes(PlanContext const& context) {
  return context.gpu ? context.gpu->memory_bytes / 4 : memory_to_use_bytes(context.host);
}

double input_overhead_s(PlanContext const& context, double set_bytes) {
  if (!context.gpu) return input_overhead_s(context.host, set_bytes);
  // The check's loop over the elements is what takes the time, at 1 GB/s a core as the making of a host's inputs.
  constexpr double allocations_s = 0.02;
  return allocations_s + set_bytes / (1e9 * context.thread_count);
}

}  // namespace hpcadvise::probes

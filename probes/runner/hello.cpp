// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/hello.hpp"

#include "kernels/vendor/device_info.hpp"
#include "kernels/vendor_attention.hpp"
#include "kernels/vendor_blas.hpp"
#include "probes/discovery/gpu_peak.hpp"
#include "probes/runner/environment.hpp"
#include "profiles/build_info.hpp"

namespace hpcadvise::probes::runner {
namespace {

// 30401 is 3.4.1; 40700 is 4.7.0.
std::string kokkos_version() {
  return std::to_string(KOKKOS_VERSION / 10000) + "." + std::to_string(KOKKOS_VERSION / 100 % 100) + "." +
         std::to_string(KOKKOS_VERSION % 100);
}

profiles::GpuSpec gpu_of(kernels::DeviceInfo const& info) {
  profiles::GpuSpec gpu{.architecture = info.architecture,
                        .pci_bus_id = info.pci_bus_id,
                        .runtime = info.runtime,
                        .memory_bytes = info.memory_bytes,
                        .last_cache_bytes = info.last_cache_bytes,
                        .multiprocessor_count = info.multiprocessor_count};
  if (info.max_clock_hz > 0) gpu.max_clock_hz = info.max_clock_hz;
  if (info.memory_bytes_per_s > 0) gpu.memory_peak_bytes_per_s = info.memory_bytes_per_s;
  gpu.peak = peak_rates(gpu);
  return gpu;
}

void add(HelloEvent& event, std::vector<kernels::VendorLibrary> const& libraries) {
  for (auto const& library : libraries) {
    if (library.problem.empty()) event.providers.push_back(library.name);
    event.libraries[library.name] = library.problem.empty() ? library.version : "cannot be used: " + library.problem;
  }
}

}  // namespace

HelloEvent hello(std::string const& runner_name, Context const& context) {
  HelloEvent event;
  event.runner = runner_name;
  event.backend = HPCADVISE_BACKEND_KIND;
  event.thread_count = int(Kokkos::DefaultHostExecutionSpace().concurrency());
  event.rank_count = context.mpi.size();
  event.ranks_a_node = context.mpi.ranks_a_node();
  event.providers = {"kokkos"};
  event.libraries["kokkos"] = kokkos_version();
  add(event, kernels::vendor_blases());
  add(event, kernels::vendor_attentions());
  add(event, collective_providers());
  if (auto const papi = papi_version(); !papi.empty()) event.libraries["papi"] = papi;
  auto const build = profiles::build_info();
  event.compiler = build.compiler;
  event.build_type = build.build_type;
  event.clock_resolution_s = context.clock_resolution_s;
  event.sensors = context.sensors.list();
  event.environment = relevant_environment();
  if (auto const info = kernels::device_info()) {
    event.device_name = info->name;
    event.gpu = gpu_of(*info);
    event.visible_devices = kernels::visible_devices();
  }
  return event;
}

}  // namespace hpcadvise::probes::runner

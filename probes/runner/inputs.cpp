// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/inputs.hpp"

#include "kernels/vendor/device_info.hpp"
#include "probes/host_rates.hpp"
#include "probes/runner/available_memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>

namespace hpcadvise::probes::runner {

namespace {

// 0 or less where unknown.
double last_cache_bytes() {
  auto const device = kernels::device_info();
  return double(device ? device->last_cache_bytes : sysconf(_SC_LEVEL3_CACHE_SIZE));
}

}  // namespace

std::int64_t cold_set_count(double bytes_per_set) {
  double bytes = cold_bytes(last_cache_bytes());
  if (auto const available_bytes = available_kernel_memory_bytes())
    bytes = std::min(bytes, double(*available_bytes) / 4);
  return std::max<std::int64_t>(1, std::int64_t(std::ceil(bytes / bytes_per_set)));
}

}  // namespace hpcadvise::probes::runner

// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/inputs.hpp"

#include "probes/host_rates.hpp"
#include "probes/runner/available_memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>

namespace hpcadvise::probes::runner {

std::int64_t cold_set_count(double bytes_per_set) {
  double bytes = cold_bytes(double(sysconf(_SC_LEVEL3_CACHE_SIZE)));  // 0 or -1 where unknown
  if (auto const available_bytes = available_memory_bytes()) bytes = std::min(bytes, double(*available_bytes) / 4);
  return std::max<std::int64_t>(1, std::int64_t(std::ceil(bytes / bytes_per_set)));
}

}  // namespace hpcadvise::probes::runner

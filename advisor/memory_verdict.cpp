// SPDX-License-Identifier: Apache-2.0
#include "advisor/memory_verdict.hpp"

#include "advisor/constants.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

namespace hpcadvise::advisor {

using profiles::format_bytes;

bool crowded(double memory_bytes, double capacity_bytes) {
  return memory_bytes > constants::roomy_share * capacity_bytes;
}

MemoryVerdict memory_verdict(MemoryEstimate const& memory) {
  if (!memory.fits()) return MemoryVerdict::too_large;
  if (!memory.fits_undisturbed()) return MemoryVerdict::tight;
  return crowded(memory.total_bytes(), memory.capacity_bytes) ? MemoryVerdict::crowded : MemoryVerdict::roomy;
}

std::string_view to_string(MemoryVerdict verdict) {
  switch (verdict) {
    case MemoryVerdict::roomy: return "roomy";
    case MemoryVerdict::crowded: return "crowded";
    case MemoryVerdict::tight: return "tight";
    case MemoryVerdict::too_large: return "too_large";
  }
  return "";
}

std::string memory_caveat(MemoryEstimate const& memory) {
  switch (memory_verdict(memory)) {
    case MemoryVerdict::roomy: return {};
    case MemoryVerdict::crowded:
      return fmt::format(
          "it fills {} of the memory; such estimates are off by {:.0f} % in the median, and {:.0f} % of published "
          "peaks "
          "were more than a tenth higher: it may not run",
          profiles::format_ratio_as_percent(memory.total_bytes() / memory.capacity_bytes),
          100 * constants::memory_error, 100 * constants::memory_surprise);
    case MemoryVerdict::tight:
      return fmt::format(
          "it needs {} at least, and {} with all that the allocator likes to hold: it may run, with pauses to give "
          "back",
          format_bytes(memory.needed_bytes()), format_bytes(memory.total_bytes()));
    case MemoryVerdict::too_large:
      if (memory.total_bytes() <= memory.capacity_bytes)
        return fmt::format(
            "it does not fit: it is {} too much for a node's host, of whose {} what is offloaded needs {}",
            format_bytes(memory.host_bytes - memory.host_capacity_bytes), format_bytes(memory.host_capacity_bytes),
            format_bytes(memory.host_bytes));
      return fmt::format("it does not fit: it is {} too much, and needs {} at least; the largest part is {}",
                         format_bytes(memory.total_bytes() - memory.capacity_bytes),
                         format_bytes(memory.needed_bytes()), largest_part(memory));
  }
  return {};
}

}  // namespace hpcadvise::advisor

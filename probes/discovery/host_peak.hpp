// SPDX-License-Identifier: Apache-2.0
#pragma once

// Upper bounds from what a core can issue in a cycle: for the physics guard, not for efficiency figures.

#include "profiles/host_spec.hpp"

#include <map>
#include <string>

namespace hpcadvise::probes {

// Where a host's own highest clock is unknown: the highest of any processor sold, 6.2 GHz
// (Intel Core i9-14900KS, maximum turbo; ark.intel.com).
inline constexpr double highest_clock_sold_hz = 6.2e9;

struct ClockBound {
  double hz = 0;
  std::string how;
};
ClockBound clock_bound(profiles::HostSpec const& host);

// fp64 and fp32, of the allowed cores. Empty when nothing is known of the vector unit.
std::map<profiles::Precision, profiles::PeakRate> peak_rates(profiles::HostSpec const& host);

// No core moves more than four 512-bit registers a cycle between itself and its first cache (two loads and one store,
// Intel 64 and IA-32 Architectures Optimization Reference Manual, Golden Cove; AMD 57647, Zen 5).
double core_traffic_bound_bytes_per_s(profiles::HostSpec const& host);

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#pragma once

// Seconds as durations and points of the clock that does not jump.

#include <chrono>

namespace hpcadvise::probes {

using SteadyClock = std::chrono::steady_clock;

inline SteadyClock::duration duration_of(double seconds) {
  return std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(seconds));
}

inline SteadyClock::time_point after(double seconds) { return SteadyClock::now() + duration_of(seconds); }

inline double seconds_until(SteadyClock::time_point time) {
  return std::chrono::duration<double>(time - SteadyClock::now()).count();
}

}  // namespace hpcadvise::probes

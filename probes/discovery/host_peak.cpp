// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/host_peak.hpp"

#include "probes/discovery/arm_cores.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace hpcadvise::probes {
namespace {

struct VectorUnit {
  std::string_view flag;
  int fma_bits_per_cycle;  // pipes times width
  std::string_view title;
};

// The widest that any core with that flag has; the first row that fits counts. Without FMA, one addition and one
// multiplication a cycle are as many flops as one FMA.
constexpr std::array units{
    VectorUnit{"avx512f", 2 * 512, "two 512-bit FMAs a cycle"},
    VectorUnit{"avx2", 2 * 256, "two 256-bit FMAs a cycle"},
    VectorUnit{"fma", 2 * 256, "two 256-bit FMAs a cycle"},
    VectorUnit{"avx", 256, "one 256-bit addition and one multiplication a cycle"},
    VectorUnit{"sse2", 128, "one 128-bit addition and one multiplication a cycle"},
    VectorUnit{"sve", 2 * 2048, "two FMAs a cycle of 2048 bits, the longest that SVE allows"},
    VectorUnit{"neon", 6 * 128, "six 128-bit FMAs a cycle, as Arm's widest core, Cortex-X925"},
};

struct FmaWidth {
  int bits_per_cycle;
  std::string title;
};

std::optional<FmaWidth> fma_width(profiles::HostSpec const& host) {
  if (auto const* const core = find_arm_core(host.cpu_model))
    return FmaWidth{core->simd_bits_per_cycle, fmt::format("{} bits of FMA a cycle", core->simd_bits_per_cycle)};
  for (auto const& unit : units)
    if (std::find(host.simd.begin(), host.simd.end(), unit.flag) != host.simd.end())
      return FmaWidth{unit.fma_bits_per_cycle, std::string(unit.title)};
  return std::nullopt;
}

}  // namespace

ClockBound clock_bound(profiles::HostSpec const& host) {
  if (host.max_clock_hz) return {*host.max_clock_hz, fmt::format("{:.2f} GHz", *host.max_clock_hz / 1e9)};
  return {highest_clock_sold_hz, fmt::format("{:.2f} GHz (its clock is unknown: the highest of any processor sold)",
                                             highest_clock_sold_hz / 1e9)};
}

std::map<profiles::Precision, profiles::PeakRate> peak_rates(profiles::HostSpec const& host) {
  std::map<profiles::Precision, profiles::PeakRate> peaks;
  auto const width = fma_width(host);
  if (!width) return peaks;
  ClockBound const clock = clock_bound(host);
  for (auto const precision : {profiles::Precision::fp64, profiles::Precision::fp32}) {
    int const flops_per_cycle = 2 * width->bits_per_cycle / (8 * profiles::bytes_per_element(precision));
    peaks[precision] = {
        host.allowed_core_count * clock.hz * flops_per_cycle,
        fmt::format("{} {} x {} x {} flops a cycle ({})", host.allowed_core_count,
                    host.allowed_core_count == 1 ? "core" : "cores", clock.how, flops_per_cycle, width->title)};
  }
  return peaks;
}

double core_traffic_bound_bytes_per_s(profiles::HostSpec const& host) {
  constexpr double bytes_per_cycle = 4 * 64;
  return clock_bound(host).hz * bytes_per_cycle;
}

}  // namespace hpcadvise::probes

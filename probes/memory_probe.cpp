// SPDX-License-Identifier: Apache-2.0
#include "probes/memory_probe.hpp"

#include "probes/discovery/host_peak.hpp"
#include "probes/host_rates.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace hpcadvise::probes {
namespace {

struct Row {
  std::string_view kernel;
  std::string_view level;
};

// The most valuable first: optimizer and elementwise work live in DRAM.
constexpr std::array rows{
    Row{"triad", "DRAM"}, Row{"copy", "DRAM"},    Row{"read", "DRAM"}, Row{"write", "DRAM"}, Row{"triad", "L2"},
    Row{"triad", "L3"},   Row{"strided", "DRAM"}, Row{"triad", "L1"},  Row{"read", "L2"},    Row{"read", "L3"},
    Row{"read", "L1"},    Row{"write", "L2"},     Row{"write", "L3"},  Row{"copy", "L2"},    Row{"copy", "L3"},
    Row{"copy", "L1"},    Row{"write", "L1"},
};

constexpr std::array<std::string_view, 3> cache_levels{"L1", "L2", "L3"};

Candidate candidate(PlanContext const& context, Row const& row, std::int64_t bytes) {
  Candidate result;
  result.request.probe = "memory";
  result.request.provider = "kokkos";
  result.request.parameters = {
      {"kernel", std::string(row.kernel)}, {"working_set_bytes", bytes}, {"level", std::string(row.level)}};
  result.request.peak_per_s = core_traffic_bound_bytes_per_s(context.host) * context.host.allowed_core_count;
  result.call_s = double(bytes) / expected_memory_bytes_per_s(context.host);
  // First touch at about 1 GB/s a core (the kernel clears each page), and the check.
  result.overhead_s = double(bytes) / (1e9 * context.host.allowed_core_count) + 4 * result.call_s;
  result.request.sentinel = row.kernel == "triad" && row.level == "L2";
  return result;
}

}  // namespace

std::optional<std::int64_t> working_set_bytes(profiles::HostSpec const& host, std::string_view level) {
  constexpr std::int64_t unit = 4096;
  std::int64_t bytes = 0;
  if (level == "DRAM") {
    constexpr std::int64_t large_enough_bytes = std::int64_t{1} << 30;
    auto const cache_bytes = largest_cache_bytes(host);
    bytes = std::min(4 * cache_bytes, std::max(2 * cache_bytes, large_enough_bytes));
  } else {
    auto const found = std::find(cache_levels.begin(), cache_levels.end(), level);
    if (found == cache_levels.end()) return std::nullopt;
    int const number = static_cast<int>(found - cache_levels.begin()) + 1;
    auto const own = usable_cache_bytes(host, number);
    if (!own) return std::nullopt;
    bytes = *own / 2;
    if (bytes < 2 * usable_cache_bytes(host, number - 1).value_or(0)) return std::nullopt;
  }
  bytes = bytes / unit * unit;
  if (bytes < unit || bytes > memory_to_use_bytes(host)) return std::nullopt;
  return bytes;
}

std::vector<Candidate> memory_candidates(PlanContext const& context) {
  std::vector<Candidate> result;
  if (!has_provider(context, "kokkos")) return result;
  for (Row const& row : rows)
    if (auto const bytes = working_set_bytes(context.host, row.level))
      result.push_back(candidate(context, row, *bytes));
  return result;
}

}  // namespace hpcadvise::probes

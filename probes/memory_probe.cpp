// SPDX-License-Identifier: Apache-2.0
#include "probes/memory_probe.hpp"

#include "probes/discovery/host_peak.hpp"
#include "probes/expected_rates.hpp"
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

// A host's kernel clears each new page, at about 1 GB/s a core.
double first_touch_s(PlanContext const& context, std::int64_t bytes) {
  return context.gpu ? 0.05 : double(bytes) / (1e9 * context.host.allowed_core_count);
}

// Not yet whole pages, and not yet compared with the memory there is.
std::optional<std::int64_t> wished_bytes(profiles::HostSpec const& host, std::string_view level) {
  if (level == "DRAM") {
    constexpr std::int64_t large_enough_bytes = std::int64_t{1} << 30;
    auto const cache_bytes = largest_cache_bytes(host);
    return std::min(4 * cache_bytes, std::max(2 * cache_bytes, large_enough_bytes));
  }
  auto const found = std::find(cache_levels.begin(), cache_levels.end(), level);
  if (found == cache_levels.end()) return std::nullopt;
  int const number = static_cast<int>(found - cache_levels.begin()) + 1;
  auto const own = usable_cache_bytes(host, number);
  if (!own || *own / 2 < 2 * usable_cache_bytes(host, number - 1).value_or(0)) return std::nullopt;
  return *own / 2;
}

// A few hundredths of the arrays stay in the cache: 4 GiB against at most some 100 MiB.
std::optional<std::int64_t> wished_bytes(profiles::GpuSpec const& gpu, std::string_view level) {
  if (level == "DRAM") return std::max(4 * gpu.last_cache_bytes, std::int64_t{4} << 30);
  if (level == "L2" && gpu.last_cache_bytes > 0) return gpu.last_cache_bytes / 2;
  return std::nullopt;
}

Candidate candidate(PlanContext const& context, Row const& row, std::int64_t bytes) {
  Candidate result;
  result.request.probe = "memory";
  result.request.provider = "kokkos";
  result.request.parameters = {
      {"kernel", std::string(row.kernel)}, {"working_set_bytes", bytes}, {"level", std::string(row.level)}};
  // How fast a GPU's cache is nobody says.
  if (!context.gpu || row.level == "DRAM") result.request.peak_per_s = peak_memory_bytes_per_s(context);
  result.call_s = double(bytes) / expected_memory_bytes_per_s(context);
  result.overhead_s = first_touch_s(context, bytes) + 4 * result.call_s;
  result.request.sentinel = row.kernel == "triad" && row.level == "L2";
  result.needed = row.kernel == "triad" && row.level == "DRAM";
  return result;
}

}  // namespace

std::optional<std::int64_t> working_set_bytes(PlanContext const& context, std::string_view level) {
  constexpr std::int64_t unit = 4096;
  auto const wished = context.gpu ? wished_bytes(*context.gpu, level) : wished_bytes(context.host, level);
  std::int64_t const bytes = wished.value_or(0) / unit * unit;
  if (bytes < unit || bytes > memory_to_use_bytes(context)) return std::nullopt;
  return bytes;
}

std::vector<Candidate> memory_candidates(PlanContext const& context) {
  std::vector<Candidate> result;
  if (!has_provider(context, "kokkos")) return result;
  for (Row const& row : rows)
    if (auto const bytes = working_set_bytes(context, row.level)) result.push_back(candidate(context, row, *bytes));
  return result;
}

}  // namespace hpcadvise::probes

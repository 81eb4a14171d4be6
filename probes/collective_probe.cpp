// SPDX-License-Identifier: Apache-2.0
#include "probes/collective_probe.hpp"

#include "probes/discovery/host_peak.hpp"
#include "probes/host_rates.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace hpcadvise::probes {
namespace {

constexpr std::int64_t kib = 1024;
constexpr std::int64_t mib = 1024 * kib;

constexpr std::array<std::string_view, 5> operations{"all_reduce", "all_gather", "reduce_scatter", "point_to_point",
                                                     "all_to_all"};
// Bandwidth, latency, the middle, and then the rest of the curve: a fit is possible from the third on.
constexpr std::array message_sizes_bytes{16 * mib, 1 * kib, 256 * kib, 64 * mib, 4 * mib, 16 * kib, 1 * mib, 64 * kib};

Candidate candidate(PlanContext const& context, std::string_view operation, std::int64_t message_bytes) {
  Candidate result;
  result.request.probe = "collective";
  result.request.provider = "mpi";
  result.request.parameters = {{"operation", std::string(operation)},
                               {"message_bytes", message_bytes},
                               {"rank_count", std::int64_t{context.rank_count}},
                               {"placement", std::string("node")}};
  result.request.rank_count = context.rank_count;
  // What a rank sends or receives goes through its core.
  result.request.peak_per_s = core_traffic_bound_bytes_per_s(context.host);
  // Each rank copies its message through shared memory about three times, all at once.
  result.call_s = 5e-6 + 3.0 * context.rank_count * double(message_bytes) / expected_memory_bytes_per_s(context.host);
  result.overhead_s = 0.02 + 4 * result.call_s + double(message_bytes) / 1e9;
  return result;
}

}  // namespace

std::vector<Candidate> collective_candidates(PlanContext const& context) {
  std::vector<Candidate> result;
  // Messages in host memory say nothing of the devices.
  if (context.rank_count < 2 || context.gpu) return result;
  std::int64_t const memory = memory_to_use_bytes(context.host);
  for (auto const message_bytes : message_sizes_bytes) {
    // Each rank holds what it sends and what it receives, in several sets.
    if (8 * message_bytes * context.rank_count > memory) continue;
    for (auto const operation : operations) result.push_back(candidate(context, operation, message_bytes));
  }
  return result;
}

}  // namespace hpcadvise::probes

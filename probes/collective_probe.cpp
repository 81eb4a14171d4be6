// SPDX-License-Identifier: Apache-2.0
#include "probes/collective_probe.hpp"

#include "probes/discovery/host_peak.hpp"
#include "probes/expected_rates.hpp"
#include "probes/host_rates.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace hpcadvise::probes {
namespace {

constexpr std::int64_t kib = 1024;
constexpr std::int64_t mib = 1024 * kib;

constexpr std::array<std::string_view, 5> operations{"all_reduce", "all_gather", "reduce_scatter", "point_to_point",
                                                     "all_to_all"};
// Bandwidth, latency, the middle, and then the rest of the curve: a fit is possible from the third on.
constexpr std::array message_sizes_bytes{16 * mib, 1 * kib, 256 * kib, 64 * mib, 4 * mib, 16 * kib, 1 * mib, 64 * kib};

// Between GPUs the advisor needs the curve of the all-reduce before anything else: its ends first.
constexpr std::array gpu_message_sizes_bytes{256 * mib, 1 * kib, 16 * mib,  1 * mib, 64 * mib,
                                             64 * kib,  4 * mib, 256 * kib, 16 * kib};
constexpr std::array large_gpu_message_sizes_bytes{1024 * mib, 4096 * mib};

SampleRequest request(Ranks const& ranks, std::string_view provider, std::string_view operation,
                      std::int64_t message_bytes) {
  SampleRequest result;
  result.probe = "collective";
  result.provider = provider;
  result.parameters = {{"operation", std::string(operation)},
                       {"message_bytes", message_bytes},
                       {"rank_count", std::int64_t{ranks.rank_count}},
                       {"placement", std::string(to_string(ranks.placement))}};
  result.ranks = ranks;
  return result;
}

Candidate host_candidate(PlanContext const& context, Ranks const& ranks, std::string_view operation,
                         std::int64_t message_bytes) {
  Candidate result;
  result.request = request(ranks, "mpi", operation, message_bytes);
  // What a rank sends or receives goes through its core.
  result.request.peak_per_s = core_traffic_bound_bytes_per_s(context.host);
  // Each rank copies its message through shared memory about three times, all at once.
  result.call_s = 5e-6 + 3.0 * ranks.rank_count * double(message_bytes) / expected_memory_bytes_per_s(context.host);
  result.overhead_s = 0.02 + 4 * result.call_s + double(message_bytes) / 1e9;
  return result;
}

// Links between GPUs differ by more than ten times, and so no bound is known.
Candidate gpu_candidate(Ranks const& ranks, std::string_view provider, std::string_view operation,
                        std::int64_t message_bytes) {
  constexpr double expected_link_bytes_per_s = 50e9;
  Candidate result;
  result.request = request(ranks, provider, operation, message_bytes);
  result.call_s = 30e-6 + 2 * double(message_bytes) / expected_link_bytes_per_s;
  // The check works out what all ranks sent, on the host.
  result.overhead_s = 0.1 + 4 * result.call_s + 0.02 * ranks.rank_count;
  return result;
}

void add_gpu_candidates(PlanContext const& context, Ranks const& ranks, std::string_view provider,
                        std::span<std::int64_t const> sizes, std::vector<Candidate>& result) {
  auto const fits = [&](std::int64_t bytes) { return 2 * bytes <= memory_to_use_bytes(context); };
  for (auto const message_bytes : sizes)
    if (fits(message_bytes)) result.push_back(gpu_candidate(ranks, provider, operations.front(), message_bytes));
  for (auto const message_bytes : sizes)
    for (auto const operation : std::span(operations).subspan(1))
      if (fits(message_bytes)) result.push_back(gpu_candidate(ranks, provider, operation, message_bytes));
}

std::vector<Candidate> gpu_candidates(PlanContext const& context, Ranks const& ranks) {
  std::vector<Candidate> result;
  for (auto const sizes : {std::span<std::int64_t const>(gpu_message_sizes_bytes),
                           std::span<std::int64_t const>(large_gpu_message_sizes_bytes)})
    for (std::string_view const provider : {"nccl", "rccl", "mpi_device"})
      if (has_provider(context, provider)) add_gpu_candidates(context, ranks, provider, sizes, result);
  return result;
}

std::vector<Candidate> host_candidates(PlanContext const& context, Ranks const& ranks) {
  std::vector<Candidate> result;
  std::int64_t const memory = memory_to_use_bytes(context.host);
  for (auto const message_bytes : message_sizes_bytes) {
    // Each rank holds what it sends and what it receives, in several sets.
    if (8 * message_bytes * ranks.rank_count > memory) continue;
    for (auto const operation : operations) result.push_back(host_candidate(context, ranks, operation, message_bytes));
  }
  return result;
}

}  // namespace

std::vector<Candidate> collective_candidates(PlanContext const& context) {
  std::vector<Candidate> result;
  for (auto const& ranks : context.layouts)
    for (auto& candidate : context.gpu ? gpu_candidates(context, ranks) : host_candidates(context, ranks))
      result.push_back(std::move(candidate));
  return result;
}

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#include "probes/collective_probe.hpp"

#include "probes/discovery/host_peak.hpp"
#include "probes/expected_rates.hpp"
#include "probes/host_rates.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace hpcadvise::probes {
namespace {

constexpr std::int64_t kib = 1024;
constexpr std::int64_t mib = 1024 * kib;

using Operations = std::span<std::string_view const>;
using Sizes = std::span<std::int64_t const>;

constexpr std::array<std::string_view, 5> operations{"all_reduce", "all_gather", "reduce_scatter", "point_to_point",
                                                     "all_to_all"};
// Bandwidth, latency, the middle, and then the rest of the curve: a fit is possible from the third on.
constexpr std::array message_sizes_bytes{16 * mib, 1 * kib, 256 * kib, 64 * mib, 4 * mib, 16 * kib, 1 * mib, 64 * kib};

// Between GPUs the advisor needs the curve of the all-reduce before anything else: its ends first.
constexpr std::array gpu_message_sizes_bytes{256 * mib, 1 * kib, 16 * mib,  1 * mib, 64 * mib,
                                             64 * kib,  4 * mib, 256 * kib, 16 * kib};
constexpr std::array large_gpu_message_sizes_bytes{1024 * mib, 4096 * mib};
// Two GPUs of a module differ from two of a node by their link: enough sizes for a fit.
constexpr std::size_t module_size_count = 6;

// What is worth measuring with ranks in that place.
struct Scope {
  Operations operations;
  Sizes sizes;
  Sizes large_sizes;
};

Scope scope_of(PlanContext const& context, Ranks const& ranks) {
  auto const sizes = context.gpu ? Sizes(gpu_message_sizes_bytes) : Sizes(message_sizes_bytes);
  if (ranks.placement == Placement::module)
    return {Operations(operations).first(2), sizes.first(module_size_count), Sizes()};
  // A rank a node shows what one device's way to the network carries, and what a message costs; the other operations
  // are those of all ranks.
  if (is_part_of_others(context, ranks)) return {Operations(operations).first(1), sizes, Sizes()};
  return {operations, sizes, context.gpu ? Sizes(large_gpu_message_sizes_bytes) : Sizes()};
}

SampleRequest request(Ranks const& ranks, std::string_view provider, std::string_view operation,
                      std::int64_t message_bytes) {
  SampleRequest result;
  result.probe = "collective";
  result.provider = provider;
  result.parameters = collective_parameters(ranks, operation, message_bytes);
  result.ranks = ranks;
  return result;
}

// Whether each rank has a float of it.
bool can_be_shared(Ranks const& ranks, std::string_view operation, std::int64_t message_bytes) {
  bool const is_whole = operation == "all_reduce" || operation == "point_to_point";
  return is_whole || message_bytes >= std::int64_t{4} * ranks.rank_count;
}

Candidate host_candidate(PlanContext const& context, Ranks const& ranks, std::string_view operation,
                         std::int64_t message_bytes) {
  constexpr double expected_network_bytes_per_s = 1e9;
  Candidate result;
  result.request = request(ranks, "mpi", operation, message_bytes);
  // What a rank sends or receives goes through its core.
  result.request.peak_per_s = core_traffic_bound_bytes_per_s(context.host);
  // Each rank copies its message through shared memory about three times, all at once.
  result.call_s = 5e-6 + 3.0 * ranks.ranks_a_node * double(message_bytes) / expected_memory_bytes_per_s(context.host);
  if (ranks.placement == Placement::nodes) result.call_s += 2 * double(message_bytes) / expected_network_bytes_per_s;
  result.overhead_s = 0.02 + 4 * result.call_s + double(message_bytes) / 1e9;
  return result;
}

// Links between GPUs differ by more than ten times, and so no bound is known.
Candidate gpu_candidate(Ranks const& ranks, std::string_view provider, std::string_view operation,
                        std::int64_t message_bytes) {
  double const expected_link_bytes_per_s = ranks.placement == Placement::nodes ? 10e9 : 50e9;
  Candidate result;
  result.request = request(ranks, provider, operation, message_bytes);
  result.call_s = 30e-6 + 2 * double(message_bytes) / expected_link_bytes_per_s;
  // The check works out what all ranks sent, on the host; of many ranks, fewer elements.
  constexpr int most_ranks = 8;
  result.overhead_s = 0.1 + 4 * result.call_s + 0.02 * std::min(ranks.rank_count, most_ranks);
  return result;
}

void add_gpu_candidates(PlanContext const& context, Ranks const& ranks, std::string_view provider, Operations wanted,
                        Sizes sizes, std::vector<Candidate>& result) {
  auto const add = [&](std::string_view operation, std::int64_t bytes) {
    if (2 * bytes <= memory_to_use_bytes(context) && can_be_shared(ranks, operation, bytes))
      result.push_back(gpu_candidate(ranks, provider, operation, bytes));
  };
  for (auto const message_bytes : sizes) add(wanted.front(), message_bytes);
  for (auto const message_bytes : sizes)
    for (auto const operation : wanted.subspan(1)) add(operation, message_bytes);
}

std::vector<Candidate> gpu_candidates(PlanContext const& context, Ranks const& ranks) {
  std::vector<Candidate> result;
  auto const scope = scope_of(context, ranks);
  for (auto const sizes : {scope.sizes, scope.large_sizes})
    for (std::string_view const provider : {"nccl", "rccl", "mpi_device"})
      if (has_provider(context, provider))
        add_gpu_candidates(context, ranks, provider, scope.operations, sizes, result);
  return result;
}

std::vector<Candidate> host_candidates(PlanContext const& context, Ranks const& ranks) {
  std::vector<Candidate> result;
  std::int64_t const memory = memory_to_use_bytes(context.host);
  auto const scope = scope_of(context, ranks);
  for (auto const message_bytes : scope.sizes) {
    // Each rank holds what it sends and what it receives, in several sets.
    if (8 * message_bytes * ranks.ranks_a_node > memory) continue;
    for (auto const operation : scope.operations)
      if (can_be_shared(ranks, operation, message_bytes))
        result.push_back(host_candidate(context, ranks, operation, message_bytes));
  }
  return result;
}

}  // namespace

profiles::Parameters collective_parameters(Ranks const& ranks, std::string_view operation, std::int64_t message_bytes) {
  profiles::Parameters parameters{{"operation", std::string(operation)},
                                  {"message_bytes", message_bytes},
                                  {"rank_count", std::int64_t{ranks.rank_count}},
                                  {"placement", std::string(to_string(ranks.placement))}};
  if (ranks.placement == Placement::nodes) parameters["ranks_a_node"] = std::int64_t{ranks.ranks_a_node};
  return parameters;
}

bool is_part_of_others(PlanContext const& context, Ranks const& ranks) {
  return ranks.placement == Placement::nodes && std::ranges::any_of(context.layouts, [&](Ranks const& other) {
           return other.placement == ranks.placement && other.rank_count > ranks.rank_count;
         });
}

std::vector<Candidate> collective_candidates(PlanContext const& context) {
  std::vector<std::vector<Candidate>> lists;
  std::size_t longest = 0;
  for (auto const& ranks : context.layouts) {
    lists.push_back(context.gpu ? gpu_candidates(context, ranks) : host_candidates(context, ranks));
    longest = std::max(longest, lists.back().size());
  }
  std::vector<Candidate> result;
  for (std::size_t place = 0; place < longest; ++place)
    for (auto& list : lists)
      if (place < list.size()) result.push_back(std::move(list[place]));
  return result;
}

std::string collective_shape_text(profiles::Parameters const& parameters) {
  auto const count = [&](char const* name) { return profiles::integer_parameter(parameters, name); };
  auto text = profiles::format_bytes(double(count("message_bytes").value_or(0)));
  if (auto const a_node = count("ranks_a_node")) text += fmt::format(", {} a node", *a_node);
  return text;
}

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#include "probes/overlap_probe.hpp"

#include "probes/collective_probe.hpp"
#include "probes/expected_rates.hpp"
#include "probes/gemm_probe.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::probes {
namespace {

constexpr std::int64_t mib = std::int64_t{1} << 20;

struct Row {
  std::string_view operation;
  std::int64_t message_bytes;
  std::int64_t n;  // of the n x n x n multiplication
};

// Weights are gathered and gradients scattered as layers, and reduced in buckets.
constexpr std::array gpu_rows{
    Row{"reduce_scatter", 256 * mib, 8192}, Row{"all_gather", 256 * mib, 8192}, Row{"all_reduce", 256 * mib, 8192},
    Row{"all_reduce", 32 * mib, 4096},      Row{"all_to_all", 64 * mib, 8192},
};
constexpr std::array host_rows{Row{"all_reduce", 16 * mib, 1024}, Row{"all_gather", 16 * mib, 1024}};

// Of a host a rank that has one core can do one thing at a time.
bool has_core_for_messages(PlanContext const& context, Ranks const& ranks) {
  return context.gpu.has_value() || context.thread_count >= 2 * ranks.ranks_a_node;
}

Candidate candidate(PlanContext const& context, Ranks const& ranks, std::string_view provider, Row const& row) {
  auto const precision = context.gpu ? profiles::Precision::bf16 : profiles::Precision::fp32;
  auto const n = double(row.n);
  Candidate result;
  result.request.probe = "overlap";
  result.request.provider = provider;
  result.request.parameters = collective_parameters(ranks, row.operation, row.message_bytes);
  result.request.parameters.insert({{"gemm_provider", frameworks_gemm_provider(context, precision)},
                                    {"m", row.n},
                                    {"n", row.n},
                                    {"k", row.n},
                                    {"precision", std::string(profiles::to_string(precision))}});
  result.request.ranks = ranks;
  result.spare = !context.gpu;
  constexpr double link_bytes_per_s = 50e9;
  constexpr double network_bytes_per_s = 10e9;
  double const sharing = context.gpu ? 1 : ranks.ranks_a_node;
  double const gpu_bytes_per_s = ranks.placement == Placement::nodes ? network_bytes_per_s : link_bytes_per_s;
  double const moved_per_s = context.gpu ? gpu_bytes_per_s : expected_memory_bytes_per_s(context) / 3;
  double const gemm_s = sharing * 2 * n * n * n / expected_flops_per_s(context, precision);
  double const collective_s = 2 * sharing * double(row.message_bytes) / moved_per_s;
  // Both alone, one of them twice, and two pairs of them in which one takes twice as long as the other.
  result.call_s = 5 * (gemm_s + collective_s);
  result.overhead_s = 0.2 + sharing * input_overhead_s(context, 3 * n * n * profiles::bytes_per_element(precision)) +
                      2 * gemm_s + 4 * collective_s;
  return result;
}

}  // namespace

std::vector<Candidate> overlap_candidates(PlanContext const& context) {
  std::vector<Candidate> result;
  auto const rows = context.gpu ? std::span<Row const>(gpu_rows) : std::span<Row const>(host_rows);
  auto const providers =
      context.gpu ? std::vector<std::string_view>{"nccl", "rccl"} : std::vector<std::string_view>{"mpi"};
  for (Row const& row : rows)
    for (auto const& ranks : context.layouts)
      for (auto const provider : providers)
        if (ranks.placement != Placement::module && !is_part_of_others(context, ranks) &&
            has_core_for_messages(context, ranks) && has_provider(context, provider) &&
            8 * row.message_bytes <= memory_to_use_bytes(context))
          result.push_back(candidate(context, ranks, provider, row));
  return result;
}

std::string overlap_shape_text(profiles::Parameters const& parameters) {
  auto const extent = [&](char const* name) { return profiles::integer_parameter(parameters, name).value_or(0); };
  auto const bytes = profiles::format_bytes(double(extent("message_bytes")));
  bool const is_cube = extent("m") == extent("n") && extent("m") == extent("k");
  return is_cube ? fmt::format("{} n={}", bytes, extent("n"))
                 : fmt::format("{} {}", bytes, gemm_shape_text(parameters));
}

}  // namespace hpcadvise::probes

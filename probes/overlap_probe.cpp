// SPDX-License-Identifier: Apache-2.0
#include "probes/overlap_probe.hpp"

#include "probes/expected_rates.hpp"
#include "probes/gemm_probe.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

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

Candidate candidate(PlanContext const& context, std::string_view provider, Row const& row) {
  auto const precision = context.gpu ? profiles::Precision::bf16 : profiles::Precision::fp32;
  auto const n = double(row.n);
  Candidate result;
  result.request.probe = "overlap";
  result.request.provider = provider;
  result.request.parameters = {{"operation", std::string(row.operation)},
                               {"message_bytes", row.message_bytes},
                               {"rank_count", std::int64_t{context.rank_count}},
                               {"placement", std::string("node")},
                               {"gemm_provider", frameworks_gemm_provider(context, precision)},
                               {"m", row.n},
                               {"n", row.n},
                               {"k", row.n},
                               {"precision", std::string(profiles::to_string(precision))}};
  result.request.rank_count = context.rank_count;
  constexpr double expected_link_bytes_per_s = 50e9;
  double const ranks_a_device = context.gpu ? 1 : context.rank_count;
  double const moved_per_s = context.gpu ? expected_link_bytes_per_s : expected_memory_bytes_per_s(context) / 3;
  double const gemm_s = ranks_a_device * 2 * n * n * n / expected_flops_per_s(context, precision);
  double const collective_s = 2 * ranks_a_device * double(row.message_bytes) / moved_per_s;
  // Both alone, and two pairs of them in which one takes twice as long as the other.
  result.call_s = 4 * (gemm_s + collective_s);
  result.overhead_s = 0.2 +
                      ranks_a_device * input_overhead_s(context, 3 * n * n * profiles::bytes_per_element(precision)) +
                      2 * gemm_s + 4 * collective_s;
  return result;
}

void add_candidates(PlanContext const& context, std::string_view provider, std::span<Row const> rows,
                    std::vector<Candidate>& result) {
  if (!has_provider(context, provider)) return;
  for (Row const& row : rows)
    if (8 * row.message_bytes <= memory_to_use_bytes(context)) result.push_back(candidate(context, provider, row));
}

}  // namespace

std::vector<Candidate> overlap_candidates(PlanContext const& context) {
  std::vector<Candidate> result;
  if (context.rank_count < 2) return result;
  if (!context.gpu) {
    add_candidates(context, "mpi", host_rows, result);
    return result;
  }
  for (auto const* const provider : {"nccl", "rccl"}) add_candidates(context, provider, gpu_rows, result);
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

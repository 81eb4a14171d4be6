// SPDX-License-Identifier: Apache-2.0
#include "probes/attention_probe.hpp"

#include "probes/host_rates.hpp"

#include <array>
#include <cstdint>

namespace hpcadvise::probes {
namespace {

enum class Direction { forward, backward };

struct Row {
  std::int64_t query_heads;
  std::int64_t kv_heads;
  std::int64_t length;  // queries and keys
  std::int64_t head_size;
  bool causal = true;
  Direction direction = Direction::forward;
};

// The most valuable first.
constexpr std::array rows{
    Row{4, 4, 1024, 128},
    Row{4, 4, 1024, 128, true, Direction::backward},
    Row{4, 4, 1024, 128, false},
    Row{4, 1, 1024, 128},  // grouped queries
    Row{4, 4, 512, 128},
    Row{4, 4, 2048, 128},
    Row{4, 4, 1024, 64},
    Row{4, 1, 1024, 128, true, Direction::backward},
    Row{4, 4, 512, 128, true, Direction::backward},
    Row{4, 4, 1024, 128, false, Direction::backward},
    Row{4, 4, 1024, 64, true, Direction::backward},
    Row{4, 4, 1024, 80},  // GPT-3 2.7B, Phi
    Row{4, 4, 1024, 96},  // GPT-3 760M, and Phi-3
    Row{2, 2, 1024, 256},
    Row{2, 2, 2048, 128, true, Direction::backward},
    Row{2, 2, 4096, 128},
    Row{2, 2, 1000, 128},  // nothing divides
};

Candidate candidate(PlanContext const& context, Row const& row) {
  constexpr std::int64_t batch = 1;
  bool const backward = row.direction == Direction::backward;
  double const pairs =
      row.causal ? double(row.length) * double(row.length + 1) / 2 : double(row.length) * double(row.length);
  double const forward_flops = 4.0 * double(row.head_size) * pairs * double(batch * row.query_heads);
  double const flops = backward ? 2.5 * forward_flops : forward_flops;

  Candidate result;
  result.request.probe = "attention";
  result.request.provider = "kokkos";
  result.request.parameters = {{"batch", batch},
                               {"query_heads", row.query_heads},
                               {"kv_heads", row.kv_heads},
                               {"query_length", row.length},
                               {"key_length", row.length},
                               {"head_size", row.head_size},
                               {"causal", row.causal},
                               {"direction", std::string(backward ? "backward" : "forward")},
                               {"precision", std::string("fp32")}};
  result.request.peak_per_s = peak_flops_per_s(context.host, profiles::Precision::fp32);
  // The softmax between the two products takes about as long as they do.
  result.call_s = 2 * flops / expected_flops_per_s(context.host, profiles::Precision::fp32);
  // Inputs, calls before and for the check, and its reference.
  double const bytes = 4.0 * 4 * double(batch * row.query_heads * row.length * row.head_size) * (backward ? 2 : 1);
  result.overhead_s = input_overhead_s(context.host, bytes) + 4 * result.call_s;
  return result;
}

}  // namespace

std::vector<Candidate> attention_candidates(PlanContext const& context) {
  std::vector<Candidate> result;
  if (!has_provider(context, "kokkos")) return result;
  for (Row const& row : rows) result.push_back(candidate(context, row));
  result.front().request.sentinel = true;
  return result;
}

}  // namespace hpcadvise::probes

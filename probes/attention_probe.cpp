// SPDX-License-Identifier: Apache-2.0
#include "probes/attention_probe.hpp"

#include "probes/expected_rates.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <span>

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
  std::int64_t batch = 1;
};

// The most valuable first.
constexpr std::array host_rows{
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

constexpr auto forward = Direction::forward;
constexpr auto backward = Direction::backward;

// The same on a GPU: 16,384 tokens or more, and few heads where a sequence is long enough to fill it alone.
constexpr std::array gpu_rows{
    Row{32, 32, 8192, 128, true, forward, 2},   Row{32, 32, 8192, 128, true, backward, 2},
    Row{32, 32, 2048, 128, true, forward, 8},   Row{32, 32, 2048, 128, true, backward, 8},
    Row{32, 8, 4096, 128, true, forward, 4},  // grouped queries
    Row{32, 8, 4096, 128, true, backward, 4},   Row{32, 32, 8192, 128, false, forward, 2},
    Row{32, 32, 4096, 64, true, forward, 4},    Row{32, 32, 4096, 64, true, backward, 4},
    Row{8, 8, 32768, 128, true, forward},       Row{8, 8, 32768, 128, true, backward},
    Row{32, 32, 512, 128, true, forward, 32},   Row{32, 32, 4096, 80, true, forward, 4},  // GPT-3 2.7B, Phi
    Row{32, 32, 4096, 96, true, forward, 4},                                              // GPT-3 760M, and Phi-3
    Row{16, 16, 4096, 256, true, forward, 4},   Row{16, 16, 4096, 256, true, backward, 4},
    Row{32, 32, 8192, 128, false, backward, 2}, Row{2, 2, 131072, 128, true, forward},
    Row{4, 1, 8192, 128, true, forward},       // a slice of tensor parallelism
    Row{32, 32, 1000, 128, true, forward, 4},  // nothing divides
};

// cuDNN has no backward of head sizes above 128 before sm_90: so version 9.19 answers (ctest -R cuDNN).
bool attends(PlanContext const& context, std::string const& provider, Row const& row) {
  if (provider == "kokkos") return true;
  if (provider != "cudnn" || !context.gpu) return false;
  return row.direction == Direction::forward || row.head_size <= 128 || context.gpu->architecture == "sm90";
}

Candidate candidate(PlanContext const& context, std::string const& provider, Row const& row) {
  auto const precision = context.gpu ? profiles::Precision::bf16 : profiles::Precision::fp32;
  bool const is_backward = row.direction == Direction::backward;
  double const pairs =
      row.causal ? double(row.length) * double(row.length + 1) / 2 : double(row.length) * double(row.length);
  double const forward_flops = 4.0 * double(row.head_size) * pairs * double(row.batch * row.query_heads);
  double const flops = is_backward ? 2.5 * forward_flops : forward_flops;

  Candidate result;
  result.request.probe = "attention";
  result.request.provider = provider;
  result.request.parameters = {{"batch", row.batch},
                               {"query_heads", row.query_heads},
                               {"kv_heads", row.kv_heads},
                               {"query_length", row.length},
                               {"key_length", row.length},
                               {"head_size", row.head_size},
                               {"causal", row.causal},
                               {"direction", std::string(is_backward ? "backward" : "forward")},
                               {"precision", std::string(profiles::to_string(precision))}};
  result.request.peak_per_s = peak_flops_per_s(context, precision);
  // The softmax between the two products takes about as long as they do.
  result.call_s = 2 * flops / expected_flops_per_s(context, precision);
  // Inputs, calls before and for the check, and its reference.
  double const bytes = 4.0 * profiles::bytes_per_element(precision) *
                       double(row.batch * row.query_heads * row.length * row.head_size) * (is_backward ? 2 : 1);
  // What a GPU read and wrote is checked on the host as fp32, of backward twice.
  double const checked_bytes = context.gpu ? 2 * bytes * (is_backward ? 2 : 1) : bytes;
  result.overhead_s = input_overhead_s(context, checked_bytes) + 4 * result.call_s;
  return result;
}

}  // namespace

std::string attention_shape_text(profiles::Parameters const& parameters) {
  auto const count = [&](char const* name) { return profiles::integer_parameter(parameters, name).value_or(0); };
  auto const pair = [&](char const* first, char const* second) {
    return count(first) == count(second) ? std::to_string(count(first))
                                         : fmt::format("{}/{}", count(first), count(second));
  };
  return fmt::format("b{} h{} s{} d{}", count("batch"), pair("query_heads", "kv_heads"),
                     pair("query_length", "key_length"), count("head_size"));
}

std::vector<Candidate> attention_candidates(PlanContext const& context) {
  std::vector<Candidate> result;
  for (Row const& row : context.gpu ? std::span<Row const>(gpu_rows) : std::span<Row const>(host_rows))
    for (auto const& provider : context.providers)
      if (attends(context, provider, row)) result.push_back(candidate(context, provider, row));
  if (!result.empty()) result.front().request.sentinel = true;
  return result;
}

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#include "probes/gemm_probe.hpp"

#include "probes/expected_rates.hpp"
#include "probes/providers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace hpcadvise::probes {
namespace {

using profiles::Precision;

struct Row {
  std::int64_t m;
  std::int64_t n;
  std::int64_t k;
  Precision precision = Precision::fp32;
  bool a_transposed = false;
  bool b_transposed = false;
};

// The most valuable first: the plateau, the shapes of a layer (m: tokens), then what bends the surface.
constexpr std::array host_rows{
    Row{2048, 2048, 2048},
    Row{1024, 1024, 1024},
    Row{1024, 1024, 1024, Precision::fp64},
    Row{512, 512, 512},
    Row{512, 2816, 1024},                                 // FFN up, 2.75 h as gated FFNs have
    Row{512, 1024, 2816},                                 // FFN down
    Row{1024, 1024, 1024, Precision::fp32, false, true},  // data gradient: weights transposed
    Row{1024, 1024, 1024, Precision::fp32, true, false},  // weight gradient: activations transposed
    Row{2048, 2048, 2048, Precision::fp64},
    Row{512, 1536, 1024},  // QKV with grouped queries, (a + 2 g) d = 1.5 h
    Row{256, 256, 256},
    Row{64, 1024, 1024},  // thin: few tokens a device
    Row{8, 4096, 1024},   // decoding, or a very small micro-batch
    Row{2048, 2048, 64},  // small k: tensor-parallel slices
    Row{128, 128, 128},
    Row{512, 512, 512, Precision::fp64},
    Row{511, 1000, 777},  // nothing divides
    Row{1000, 1000, 1000},
    Row{64, 64, 64},
    Row{4096, 4096, 4096},
    Row{2048, 128, 4096},  // tall and narrow
    Row{128, 8192, 1024},  // wide: a slice of an LM head
    Row{256, 256, 256, Precision::fp64},
    Row{2048, 5632, 2048},
    Row{8192, 8192, 8192},
    Row{4096, 4096, 4096, Precision::fp64},
};

constexpr auto bf16 = Precision::bf16;
constexpr auto fp8 = Precision::fp8;

// The same on a GPU: layers of h = 4096 and 8192, whole and as slices of tensor parallelism.
constexpr std::array gpu_rows{
    Row{8192, 8192, 8192, bf16},
    Row{4096, 4096, 4096, bf16},
    Row{8192, 28672, 4096, bf16},              // gate and up of a gated FFN
    Row{8192, 4096, 14336, bf16},              // FFN down
    Row{4096, 4096, 4096, bf16, false, true},  // data gradient: weights transposed
    Row{4096, 4096, 4096, bf16, true, false},  // weight gradient: activations transposed
    Row{8192, 6144, 4096, bf16},               // QKV with grouped queries
    Row{8192, 1280, 8192, bf16},               // QKV of h = 8192 over eight devices
    Row{8192, 8192, 1024, bf16},               // projection over eight devices: short sums
    Row{8192, 7168, 8192, bf16},               // gate and up over eight devices
    Row{8192, 8192, 3584, bf16},               // FFN down over eight devices
    Row{2048, 2048, 2048, bf16},
    Row{1024, 1024, 1024, bf16},
    Row{512, 4096, 4096, bf16},  // few tokens a device
    Row{128, 4096, 4096, bf16},
    Row{8192, 16032, 4096, bf16},             // LM head of 128,256 words over eight devices
    Row{8192, 8192, 8192, fp8, false, true},  // Y = X W^T, the one form of fp8 there is
    Row{8192, 28672, 4096, fp8, false, true},
    Row{8192, 4096, 14336, fp8, false, true},
    Row{4096, 4096, 4096, Precision::fp16},
    Row{8192, 8192, 8192, Precision::fp64},
    Row{8192, 8192, 8192, Precision::fp32},
    Row{8192, 8192, 8192, Precision::tf32},
    Row{8192, 14336, 4096, bf16, false, true},  // gradients of the FFN
    Row{14336, 4096, 8192, bf16, true, false},
    Row{4096, 4096, 4096, fp8, false, true},
    Row{2048, 2048, 2048, fp8, false, true},
    Row{4096, 4096, 128, bf16},   // small k
    Row{4095, 4001, 4111, bf16},  // nothing divides
    Row{3072, 3072, 3072, bf16},
    Row{5120, 5120, 5120, bf16},
    Row{16384, 2048, 8192, bf16},
    Row{16384, 128, 4096, bf16},  // tall and narrow: a router, LoRA
    Row{4096, 4096, 4096, Precision::fp64},
    Row{4096, 4096, 4096, Precision::fp32},
    Row{4096, 4096, 4096, Precision::tf32},
    Row{2048, 2048, 2048, Precision::fp64},
    Row{1, 4096, 4096, bf16},  // decoding
    Row{512, 512, 512, bf16},
    Row{256, 256, 256, bf16},
};

// tf32 is not in the table of every architecture; where the table knows nothing, all are tried that most GPUs have.
bool has_precision(profiles::GpuSpec const& gpu, Precision precision) {
  return gpu.peak.contains(precision) || (gpu.peak.empty() && precision != fp8);
}

// Repeated through the run: short, and as far from the plateau as from the latency.
bool is_sentinel(Row const& row, bool on_gpu) {
  return on_gpu ? row.m == 4096 && row.n == 4096 && row.precision == bf16
                : row.m == 512 && row.n == 512 && row.precision == Precision::fp32;
}

Candidate candidate(PlanContext const& context, std::string const& provider, Row const& row) {
  double const flops = 2.0 * double(row.m) * double(row.n) * double(row.k);
  double const operands = double(row.m) * double(row.k) + double(row.k) * double(row.n);
  double const bytes =
      operands * profiles::bytes_per_element(row.precision) +
      double(row.m) * double(row.n) * profiles::bytes_per_element(row.precision == fp8 ? bf16 : row.precision);

  Candidate result;
  result.request.probe = "gemm";
  result.request.provider = provider;
  result.request.parameters = {{"m", row.m},
                               {"n", row.n},
                               {"k", row.k},
                               {"precision", std::string(profiles::to_string(row.precision))},
                               {"a_transposed", row.a_transposed},
                               {"b_transposed", row.b_transposed}};
  result.request.peak_per_s = peak_flops_per_s(context, row.precision);
  // A GEMM cannot end before its matrices have been moved.
  result.call_s = flops / expected_flops_per_s(context, row.precision) + bytes / expected_memory_bytes_per_s(context);
  // Inputs, one checked call and its reference; a GPU's own kernel tries up to four tiles before, four calls of each.
  double const calls = context.gpu && provider == "kokkos" ? 18 : 2;
  result.overhead_s = input_overhead_s(context, bytes) + calls * result.call_s;
  return result;
}

}  // namespace

std::string gemm_shape_text(profiles::Parameters const& parameters) {
  auto const extent = [&](char const* name) { return profiles::integer_parameter(parameters, name).value_or(0); };
  auto const flag = [&](char const* name) { return profiles::bool_parameter(parameters, name).value_or(false); };
  return fmt::format("{}x{}x{}{}{}", extent("m"), extent("n"), extent("k"), flag("a_transposed") ? " A^T" : "",
                     flag("b_transposed") ? " B^T" : "");
}

std::vector<Candidate> gemm_candidates(PlanContext const& context) {
  std::vector<Candidate> result;
  auto const memory = double(memory_to_use_bytes(context));
  for (Row const& row : context.gpu ? std::span<Row const>(gpu_rows) : std::span<Row const>(host_rows)) {
    if (context.gpu && !has_precision(*context.gpu, row.precision)) continue;
    for (auto const& provider : context.providers) {
      if (!multiplies(provider, row.precision)) continue;
      Candidate next = candidate(context, provider, row);
      double const largest = double(std::max({row.m * row.k, row.k * row.n, row.m * row.n}));
      if (3 * largest * 8 > memory) continue;
      next.request.sentinel = is_sentinel(row, context.gpu.has_value());
      result.push_back(std::move(next));
    }
  }
  return result;
}

std::string frameworks_gemm_provider(PlanContext const& context, Precision precision) {
  auto const vendor = std::ranges::find_if(context.providers, [&](auto const& provider) {
    return is_vendor_blas(provider) && multiplies(provider, precision);
  });
  return vendor != context.providers.end() ? *vendor : "kokkos";
}

}  // namespace hpcadvise::probes

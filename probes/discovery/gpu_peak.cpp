// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/gpu_peak.hpp"

#include <fmt/format.h>

#include <string_view>

namespace hpcadvise::probes {
namespace {

using profiles::Precision;

struct Row {
  std::string_view architecture;
  Precision precision;
  int flops_per_cycle;  // of a multiprocessor (compute unit)
};

// NVIDIA A100 and H100 whitepapers, AMD CDNA2 whitepaper: dense rates by multiprocessors and boost clock. fp64, and on
// gfx90a fp32, by matrix units, which are no slower than the vector units.
constexpr Row rows[] = {
    {"sm80", Precision::fp64, 128},   {"sm80", Precision::fp32, 128},    {"sm80", Precision::tf32, 1024},
    {"sm80", Precision::fp16, 2048},  {"sm80", Precision::bf16, 2048},   {"sm90", Precision::fp64, 256},
    {"sm90", Precision::fp32, 256},   {"sm90", Precision::tf32, 2048},   {"sm90", Precision::fp16, 4096},
    {"sm90", Precision::bf16, 4096},  {"sm90", Precision::fp8, 8192},    {"gfx90a", Precision::fp64, 256},
    {"gfx90a", Precision::fp32, 256}, {"gfx90a", Precision::fp16, 1024}, {"gfx90a", Precision::bf16, 1024},
};

}  // namespace

std::map<Precision, profiles::PeakRate> peak_rates(profiles::GpuSpec const& gpu) {
  std::map<Precision, profiles::PeakRate> peaks;
  if (!gpu.max_clock_hz) return peaks;
  for (auto const& row : rows) {
    if (row.architecture != gpu.architecture) continue;
    peaks[row.precision] = {gpu.multiprocessor_count * *gpu.max_clock_hz * row.flops_per_cycle,
                            fmt::format("{} multiprocessors x {:.2f} GHz x {} flops a cycle", gpu.multiprocessor_count,
                                        *gpu.max_clock_hz / 1e9, row.flops_per_cycle)};
  }
  return peaks;
}

}  // namespace hpcadvise::probes

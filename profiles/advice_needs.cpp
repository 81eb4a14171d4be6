// SPDX-License-Identifier: Apache-2.0
#include "profiles/advice_needs.hpp"

#include <algorithm>

namespace hpcadvise::profiles {
namespace {

bool is_gemm(Sample const& sample) { return sample.probe == "gemm"; }
bool is_dram_triad(Sample const& sample) {
  return sample.probe == "memory" && text_parameter(sample.parameters, "kernel") == "triad" &&
         text_parameter(sample.parameters, "level") == "DRAM";
}

constexpr AdviceNeed needs[] = {{"gemm", "matrix multiplication (gemm)", is_gemm},
                                {"memory", "the DRAM triad (memory)", is_dram_triad}};

}  // namespace

std::span<AdviceNeed const> advice_needs() { return needs; }

bool is_met(AdviceNeed const& need, MachineProfile const& profile) {
  return std::ranges::any_of(
      profile.samples, [&](Sample const& sample) { return need.is_of_kind(sample) && was_measured_alone(sample); });
}

}  // namespace hpcadvise::profiles

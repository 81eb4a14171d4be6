// SPDX-License-Identifier: Apache-2.0
#pragma once

// From a profile's samples to rates. Samples that were taken while other devices measured too compare siblings; they
// are not among them.

#include "advisor/machine.hpp"

#include <map>
#include <optional>
#include <string_view>

namespace hpcadvise::advisor {

// By precision, with a point a shape: of the transposed forms the best, by `provider` alone where one is named, else by
// the best at each shape.
std::map<profiles::Precision, GemmRates> measured_gemm(profiles::MachineProfile const& profile,
                                                       std::string_view provider = {});
// Zero rates and no points in a direction that was not measured. By cuDNN alone where it was measured: frameworks run
// it.
AttentionRates measured_attention(profiles::MachineProfile const& profile);
// Triad in the memory that the working sets of training live in; 0 where it was not measured.
double measured_memory_bytes_per_s(profiles::MachineProfile const& profile);
// The median time of a kind of launch; nothing where it was not measured.
std::optional<double> measured_launch_s(profiles::MachineProfile const& profile, std::string_view kind);
// What a collective between devices that computation hides still costs, over its own time: the mean of those that
// sharded data parallelism hides, else of the all-reduce, each by its longest message. Nothing where none was measured.
std::optional<double> measured_overlap_cost(profiles::MachineProfile const& profile);
// Whether any sample of the probe, by the provider where one is named, was measured.
bool has_measured(profiles::MachineProfile const& profile, std::string_view probe, std::string_view provider = {});

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// The steps that a described system and a composed machine share: from published facts to sustained rates.

#include "advisor/machine.hpp"

#include <string_view>

namespace hpcadvise::advisor {

// Device, GEMM, attention, memory, power. Throws UsageError naming the facts that are missing. Call with `fitted` set.
void add_device(Machine& machine, profiles::DeviceDescription const& device);

// Whether add_device() finds all that it needs.
bool is_known(profiles::DeviceDescription const& device);

// What training sustains of the best rate of a lone GEMM; 1 for a class of devices that was never fitted.
double gemm_sustained(Machine const& machine);

// Links in the node, from all-reduce bandwidths that were sustained. Call with devices_per_node set.
LinkRates node_link_from(double bytes_per_s, std::string_view source, Machine const& machine,
                         std::optional<double> half_rate_bytes = std::nullopt);

// Between nodes: what collectives reach of a nominal rate on a network of this kind.
LinkRates network_from(double nominal_bytes_per_s, std::string_view source, std::string_view kind,
                       FittedConstants const& fitted);

}  // namespace hpcadvise::advisor

// SPDX-License-Identifier: Apache-2.0
#pragma once

// The links of a machine as NCCL or RCCL were measured on them.

#include "advisor/machine.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace hpcadvise::advisor {

struct MeasuredLink {
  std::optional<LinkRates> link;
  std::string note;  // what was made of the samples, or why nothing; empty: there are none
};

// Among all `device_count` devices of a node.
MeasuredLink measured_node_link(profiles::MachineProfile const& profile, std::int64_t device_count);

// Among all `device_count` devices of a module.
MeasuredLink measured_module_link(profiles::MachineProfile const& profile, std::int64_t device_count);

// Between nodes, all `devices_per_node` of each taking part: a device's share of what they move together, but not more
// than one of a node moves alone where that was measured too, and latency by the nodes that it was measured over.
MeasuredLink measured_network(profiles::MachineProfile const& profile, std::int64_t devices_per_node);

}  // namespace hpcadvise::advisor

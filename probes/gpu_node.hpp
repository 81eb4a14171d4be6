// SPDX-License-Identifier: Apache-2.0
#pragma once

// How what a runner sees of a node's GPUs goes together with what discovery saw.

#include "probes/discovery/accelerators.hpp"
#include "probes/protocol.hpp"

#include <vector>

namespace hpcadvise::probes {

// The memory node that the GPU at that address is attached to; null where nobody says.
profiles::NumaNode const* near_node(profiles::HostSpec const& host, std::vector<Accelerator> const& accelerators,
                                    std::string const& pci_bus_id);

struct VisibleKinds {
  std::vector<int> same;            // as the measured one, which comes first: places in visible_devices
  std::vector<Accelerator> others;  // of another name
};
// Of the devices that the runner may use. Those that discovery did not see are taken for the same.
VisibleKinds visible_kinds(HelloEvent const& hello, std::vector<Accelerator> const& accelerators);

// Of the GPUs that the runner sees beside the one it measures, places in HelloEvent::visible_devices.
std::vector<int> peer_ordinals(HelloEvent const& hello);

}  // namespace hpcadvise::probes

// SPDX-License-Identifier: Apache-2.0
#pragma once

// How what a runner sees of a node's GPUs goes together with what discovery saw.

#include "probes/discovery/accelerators.hpp"
#include "probes/protocol.hpp"

#include <vector>

namespace hpcadvise::probes {

// What a GPU is near to, and what its driver says of it. Empty, 0 or absent where nobody says.
struct Surroundings {
  std::string cpus;    // empty too where this process may use none of them
  int core_count = 0;  // of them that this process may use
  std::optional<int> numa_node;
  std::vector<std::string> nics;
  std::string driver_version;
  std::optional<bool> ecc_enabled;
  std::optional<double> power_limit_w;
};
Surroundings surroundings_of(profiles::HostSpec const& host, std::vector<Accelerator> const& accelerators,
                             std::string const& pci_bus_id);

void add_surroundings(profiles::GpuSpec& gpu, Surroundings const& surroundings);

// Those that the runner may use, and those of which something is known against their use; all where it measures the
// host.
std::vector<Accelerator> devices_in_use(HelloEvent const& hello, std::vector<Accelerator> const& accelerators);

struct VisibleKinds {
  std::vector<int> same;            // as the measured one, which comes first: places in visible_devices
  std::vector<Accelerator> others;  // of another name
};
// Of the devices that the runner may use. Those that discovery did not see are taken for the same.
VisibleKinds visible_kinds(HelloEvent const& hello, std::vector<Accelerator> const& accelerators);

// Of the GPUs that the runner sees beside the one it measures, places in HelloEvent::visible_devices.
std::vector<int> peer_ordinals(HelloEvent const& hello);

}  // namespace hpcadvise::probes

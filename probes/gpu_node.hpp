// SPDX-License-Identifier: Apache-2.0
#pragma once

// How what a runner sees of a node's GPUs goes together with what discovery saw.

#include "probes/discovery/accelerators.hpp"
#include "probes/protocol.hpp"

#include <vector>

namespace hpcadvise::probes {

// The CPUs near the GPU at that address; empty where nobody says, or this process may use none of them.
std::string near_cpus(profiles::HostSpec const& host, std::vector<Accelerator> const& accelerators,
                      std::string const& pci_bus_id);

// How many cores of a list this process may use.
int core_count_of(profiles::HostSpec const& host, std::string const& cpus);

// Adds what the driver says of the GPU, and what it is near to. What nobody says stays absent.
void add_driver_facts(profiles::GpuSpec& gpu, profiles::HostSpec const& host,
                      std::vector<Accelerator> const& accelerators);

// Those that the runner may use, and those of which something is known against their use, but for what was given to
// another job; all where it measures the host.
std::vector<Accelerator> devices_in_use(HelloEvent const& hello, std::vector<Accelerator> const& accelerators);

struct VisibleKinds {
  std::vector<int> same;            // as the measured one, which comes first: places in visible_devices
  std::vector<Accelerator> others;  // of another name
};
// Of the devices that the runner may use. Those that discovery did not see are taken for the same.
VisibleKinds visible_kinds(HelloEvent const& hello, std::vector<Accelerator> const& accelerators);

// Of `places`, places in visible_devices, those that the first module with several of them joins; empty where none
// does.
std::vector<int> module_places(std::vector<int> const& places, HelloEvent const& hello,
                               std::vector<Accelerator> const& accelerators);

// Of the GPUs that the runner sees beside the one it measures, places in HelloEvent::visible_devices.
std::vector<int> peer_ordinals(HelloEvent const& hello);

}  // namespace hpcadvise::probes

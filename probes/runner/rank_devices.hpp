// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which device each rank takes.

#include "probes/discovery/roots.hpp"
#include "probes/runner/mpi_session.hpp"

#include <string>
#include <vector>

namespace hpcadvise::probes::runner {

// The place that `list` ("0,1,2,3", HPCADVISE_RANK_DEVICES) has for a rank of a node. `visible`: the devices that the
// runtime shows there; empty in a build for the host, which has none to look for. Throws std::runtime_error when the
// list is too short, and when it names a device that is not there.
std::string device_of_rank(std::string const& list, int local_rank, std::vector<std::string> const& visible);

// Keeps this thread, and those that it starts from now on, to the CPUs near a device, of those that it may use. Where
// these are none, or nothing is known of the device, it stays as it is.
void run_near(std::string const& pci_bus_id, DiscoveryRoots const& roots = {});

// Where HPCADVISE_RANK_DEVICES is set, Kokkos is given the device of this rank as KOKKOS_DEVICE_ID, and the rank runs
// near it; else Kokkos chooses, which before 4.0 gives all ranks the first. Call before Kokkos starts. Throws as
// device_of_rank.
void take_device_of_rank(int local_rank);

// Why ranks on these devices measure nothing that could be named: they are of several kinds. The same on all ranks,
// each of which gives its own device's name; empty where all are alike.
std::string mixed_rank_devices(MpiSession const& mpi, std::string const& own_name);

}  // namespace hpcadvise::probes::runner

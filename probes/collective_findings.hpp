// SPDX-License-Identifier: Apache-2.0
#pragma once

// Collectives that could not be measured, or that did not use the links between GPUs.

#include "profiles/machine_profile.hpp"

#include <map>
#include <string>
#include <vector>

namespace hpcadvise::probes {

// Below this bus bandwidth a long message is as slow as one through sockets. Eight lanes of PCI generation 3 carry 7.9
// GB/s, also where messages go through the host's memory; a port of 25 Gbit/s, the slowest of today's fast networks,
// 3.1 GB/s.
inline constexpr double socket_bytes_per_s = 2e9;

// "collective_on_tcp": the longest all-reduce of NCCL or RCCL between a node's GPUs, or between nodes, or the longest
// message of MPI from a node to another was that slow; or variables that were in force leave NCCL or MPI nothing but
// sockets.
std::vector<profiles::Finding> slow_collectives(profiles::MachineProfile const& profile);

// None between cores; none between GPUs; none between nodes. `problem`: why; `next_step`: what to do about that, where
// not all that collectives take.
profiles::Finding no_collectives(std::string const& problem,
                                 std::string const& next_step =
                                     "collectives take two ranks or more, an mpirun that answers, and a runner built "
                                     "with its MPI");
profiles::Finding no_device_collectives(
    std::string const& problem,
    std::string const& next_step = "load the modules that bring them (PATH, LD_LIBRARY_PATH), and probe again");
profiles::Finding no_collectives_between_nodes(int node_count, std::string const& problem);
profiles::Finding oversubscribed(int rank_count, int cores);

// Why nothing moves messages between GPUs, by what a runner says of its libraries.
std::string unusable_providers(std::map<std::string, std::string> const& libraries);

}  // namespace hpcadvise::probes

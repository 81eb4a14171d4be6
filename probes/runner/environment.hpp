// SPDX-License-Identifier: Apache-2.0
#pragma once

// The environment variables that decide where threads run.

#include <map>
#include <string>

namespace hpcadvise::probes::runner {

// Sees to it that threads are pinned: a thread that moves leaves its caches and its memory node behind. OpenMP reads
// its variables before main(), so where they have to be set this process starts itself again. What the user has set
// stands. A rank of MPI keeps the binding that its launcher gave it: ranks that pinned themselves would all take the
// first cores. Returns when nothing has to change.
void pin_threads(char** arguments);

// Where HPCADVISE_RANK_DEVICES is set ("0,1,2,3"), each rank of a node gives Kokkos the device of its place in that
// list as KOKKOS_DEVICE_ID; else Kokkos chooses, which before 4.0 gives all ranks the first. Call before Kokkos starts.
// Throws std::runtime_error when the list is too short.
void take_device_of_rank(int local_rank);

// Those in force that change results: of OpenMP, Kokkos, BLAS, MPI on devices, NCCL and RCCL, and of this program.
std::map<std::string, std::string> relevant_environment();

}  // namespace hpcadvise::probes::runner

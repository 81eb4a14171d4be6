// SPDX-License-Identifier: Apache-2.0
#pragma once

// The environment variables that decide where threads run.

#include <map>
#include <string>

namespace hpcadvise::probes::runner {

// Sees to it that threads are pinned: a thread that moves leaves its caches and its memory node behind. OpenMP reads
// its variables before main(), so where they have to be set this process starts itself again. What the user has set
// stands. A rank of MPI keeps the binding that its launcher gave it: ranks that pinned themselves would all take the
// first cores. Returns when nothing has to change. Before anything is read from stdin.
void pin_threads(char** arguments, bool is_rank);

// Those in force that change results: of OpenMP, Kokkos, BLAS, MPI and its networks, NCCL and RCCL, and of this
// program.
std::map<std::string, std::string> relevant_environment();

}  // namespace hpcadvise::probes::runner

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/runner/bench/benchmark.hpp"

#include <cstdint>
#include <string_view>

namespace hpcadvise::probes::runner {

// What the probe reports for a collective of 2 ranks on this node, against a loop of bare MPI calls in the same
// processes. Starts hpcadvise-bench-collectives, which stands beside this executable, under mpirun.
BenchmarkResult collective_vs_bare_mpi(std::string_view operation, std::int64_t message_bytes);

}  // namespace hpcadvise::probes::runner

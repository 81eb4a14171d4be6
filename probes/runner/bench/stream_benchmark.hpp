// SPDX-License-Identifier: Apache-2.0
#pragma once

// Our triad, from main memory, against a plain OpenMP loop; each over arrays that its own threads touched first.

#include "probes/runner/bench/benchmark.hpp"

namespace hpcadvise::probes::runner {

BenchmarkResult triad_vs_openmp();               // both with ordinary stores
BenchmarkResult triad_non_temporal_vs_openmp();  // ours past the caches
BenchmarkResult triad_rate();                    // the better of our two

}  // namespace hpcadvise::probes::runner

// SPDX-License-Identifier: Apache-2.0
#pragma once

// What hpcadvise-bench measures: our kernels against what else the machine offers, as ratios within one run, so that
// a busy machine disturbs both sides alike. Adding one: a file, and a row in registry.cpp.

#include <span>
#include <string>
#include <string_view>

namespace hpcadvise::probes::runner {

// `low` and `high` enclose the median with at least 95 % confidence (order statistics).
struct BenchmarkResult {
  double value = 0;
  double low = 0;
  double high = 0;
  std::string unit;     // "ratio": time of the other side over ours, above 1 where ours is faster; or "flops_per_s"
  std::string against;  // what the other side is; empty for a rate
};

struct Benchmark {
  std::string_view name;
  std::string_view summary;
  // Throws MachineError where this build or machine lacks the other side.
  BenchmarkResult (*run)();
};

// The table of all benchmarks: a row a benchmark.
std::span<Benchmark const> all_benchmarks();

}  // namespace hpcadvise::probes::runner

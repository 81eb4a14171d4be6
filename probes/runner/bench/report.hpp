// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/runner/bench/benchmark.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::probes::runner {

struct NamedResult {
  std::string_view name;
  std::string_view summary;
  std::optional<BenchmarkResult> result;  // nothing: skipped
  std::string reason;                     // why
};

// {"gemm_fp32_1024_vs_blas": {"value":, "low":, "high":, "unit":, "against":}, ...}; `against` is null for a rate.
// What was skipped is left out.
std::string benchmark_json(std::vector<NamedResult> const& results);
std::string benchmark_table(std::vector<NamedResult> const& results);

}  // namespace hpcadvise::probes::runner

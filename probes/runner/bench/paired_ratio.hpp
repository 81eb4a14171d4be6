// SPDX-License-Identifier: Apache-2.0
#pragma once

// Two bodies timed in turns: each pair gives one ratio, and what slows the machine down slows both.

#include "probes/runner/bench/benchmark.hpp"

#include <functional>
#include <span>
#include <string>

namespace hpcadvise::probes::runner {

struct PairBudget {
  double max_total_s = 4;
  int min_pairs = 7;  // six is the least that has a 95 % interval
  int max_pairs = 61;
};

// Median and 95 % interval. Precondition: at least one value.
BenchmarkResult median_of(std::span<double const> values, std::string unit, std::string against);

// Time of `other` over time of `ours`. Both return when their work is done; each runs once untimed first. Which of the
// two begins alternates from pair to pair.
BenchmarkResult paired_ratio(std::function<void()> const& ours, std::function<void()> const& other, std::string against,
                             PairBudget const& budget = {});

// work / time of `body`.
BenchmarkResult rate(double work, std::string unit, std::function<void()> const& body, PairBudget const& budget = {});

}  // namespace hpcadvise::probes::runner

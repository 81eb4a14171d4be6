// SPDX-License-Identifier: Apache-2.0
#pragma once

// The published runs as a fit and a score see them: what was asked, what was measured, who says so.

#include "advisor/published_runs.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace hpcadvise::validation {

struct Case {
  advisor::RunResult row;  // with its run
  double measured_s = 0;
};

// All that can be predicted and have a step time.
std::vector<Case> timed_cases(std::vector<advisor::RunResult> const& rows);
// Of these, tier A but JZV: its authors warn of 40 % network noise.
std::vector<Case> step_time_cases(std::vector<advisor::RunResult> const& rows);
// Of tier B, those of Megatron-Core on devices whose GEMM rate is fitted. Hardly a run of tier A knows this framework,
// and what they do not state, recomputation, follows from memory.
std::vector<Case> core_cases(std::vector<advisor::RunResult> const& rows);
// The others with a step time, never fitted.
std::vector<Case> unfitted_cases(std::vector<advisor::RunResult> const& rows);

// Sources, each once, in the table's order.
std::vector<std::string> sources_of(std::vector<Case> const& cases);

// Logarithm of predicted over measured step time, a case each.
std::vector<double> residuals(std::vector<Case> const& cases, advisor::FittedConstants const& fitted);

}  // namespace hpcadvise::validation

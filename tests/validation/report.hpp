// SPDX-License-Identifier: Apache-2.0
#pragma once

// Everything that is said of the advisor's accuracy, from one run over the table of published runs.

#include "anchoring.hpp"
#include "fit.hpp"
#include "unseen.hpp"

#include <filesystem>
#include <string>

namespace hpcadvise::validation {

struct Validation {
  std::vector<advisor::RunResult> rows;
  std::vector<Case> cases;     // fitted, tier A: the headline
  std::vector<Case> core;      // fitted, tier B: Megatron-Core
  std::vector<Case> unfitted;  // only predicted
  advisor::FittedConstants fitted;
  std::vector<double> sigmas, core_sigmas, unfitted_sigmas;  // as shipped, in log
  // Log residuals.
  std::vector<double> from_priors, in_sample, left_out, device_left_out, core_in_sample, core_left_out, of_unfitted;
  std::vector<Unseen> kept_aside;  // first gathered first
};

// `unseen_runs` take no part in the fit. Takes some seconds: a fit for each source. The same bytes in, the same out.
Validation validate(std::filesystem::path const& tables);

// docs/validation.md.
std::string markdown(Validation const& validation);

}  // namespace hpcadvise::validation

// SPDX-License-Identifier: Apache-2.0
#pragma once

// Runs that nothing was fitted on: neither a constant nor the structure of the model. They are predicted and never
// more than that.

#include "score.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace hpcadvise::validation {

struct Unseen {
  std::vector<advisor::RunResult> rows;
  std::vector<Case> cases;  // with a step time
  std::vector<double> residuals, sigmas;
  MemoryScore memory;
};

// With the constants that ship.
Unseen predict_unseen(std::filesystem::path const& runs);

// Their section of docs/validation.md.
std::string markdown(Unseen const& unseen);

}  // namespace hpcadvise::validation

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
  std::string file;
  std::vector<advisor::RunResult> rows;
  std::vector<Case> cases;  // with a step time
  std::vector<double> residuals, sigmas;
  MemoryScore memory;
};

// With the constants that ship.
Unseen predict_unseen(std::filesystem::path const& runs);

// Sections of docs/validation.md: of the runs gathered first, and of those gathered after what the first showed was
// mended.
std::string markdown_of_unseen(Unseen const& first, Unseen const& later);

}  // namespace hpcadvise::validation

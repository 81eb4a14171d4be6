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
  std::string first_score, first_memory_score;  // before anything that they showed was mended, as rows of the page
  std::string remarks;
};

// With the constants that ship: the runs gathered first, and those gathered after what the first showed was mended.
Unseen predict_unseen(std::filesystem::path const& runs);
Unseen predict_later(std::filesystem::path const& runs);

// Their sections of docs/validation.md.
std::string markdown_of_unseen(Unseen const& first, Unseen const& later);

}  // namespace hpcadvise::validation

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
  std::string name;
  std::string file;
  std::vector<advisor::RunResult> rows;
  std::vector<Case> cases;  // with a step time
  std::vector<double> residuals, sigmas;
  MemoryScore memory;
};

// With the constants that ship.
Unseen predict_unseen(std::filesystem::path const& runs, std::string name);

// All sets as one. Its memory is not scored.
Unseen together(std::vector<Unseen> const& sets);

// Sections of docs/validation.md, one a set: each was gathered after what the one before showed had been mended.
std::string markdown_of_unseen(std::vector<Unseen> const& sets);

}  // namespace hpcadvise::validation

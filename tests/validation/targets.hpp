// SPDX-License-Identifier: Apache-2.0
#pragma once

// What was asked of the predictions, and whether a set of runs has it.

#include "anchoring.hpp"
#include "score.hpp"

#include <string>
#include <vector>

namespace hpcadvise::validation {

struct Scored {
  std::string name;
  Errors errors;
  double over_sources = 0;    // median
  double inside_sources = 0;  // mean share inside the interval
  double worst_device = 0;    // the largest median of a device with five runs or more
  MemoryScore memory;
  OrderScore order;
  double after_one_step = 0;  // median over machines
};
Scored scored(std::string name, std::vector<advisor::RunResult> const& rows, std::vector<Case> const& cases,
              std::vector<double> const& residuals, std::vector<double> const& sigmas);

// A row for each thing asked, a column for each set; what is missed in bold.
std::string targets_table(std::vector<Scored> const& sets);

}  // namespace hpcadvise::validation

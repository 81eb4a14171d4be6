// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a calibration on some measured steps of a machine does for the other plans on it.

#include "cases.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace hpcadvise::validation {

struct AnchoredErrors {
  std::string machine;  // source and device
  std::size_t runs = 0;
  double before = 0;        // median error of every run
  double after = 0;         // of the runs that are not anchors, over all choices of anchors
  double inside_share = 0;  // of these, between the 10th and the 90th percentile that were left
};

// Each run in turn is an anchor, together with those a third of the table or two thirds further on where there are
// three. Machines with fewer than `least_runs` are left out, or with fewer than `anchors` + 2.
// `residuals` belong to `cases`.
std::vector<AnchoredErrors> errors_after_anchoring(std::vector<Case> const& cases, std::vector<double> const& residuals,
                                                   std::size_t anchors, std::size_t least_runs = 0);

double median_before(std::vector<AnchoredErrors> const& machines);
double median_after(std::vector<AnchoredErrors> const& machines);
double inside_after(std::vector<AnchoredErrors> const& machines);  // the mean of their shares

}  // namespace hpcadvise::validation
